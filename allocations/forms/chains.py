from django import forms
from django.utils.translation import gettext_lazy as _

from jaif_portal.exceptions import Refusal

from ..flows.chains import Chain
from ..models import DependencyKind
from .jobs import MOST_HOURS, SizeForm


class ChainShapeForm(SizeForm):
    """What a chain's pieces and its cost depend on."""

    total_hours = forms.IntegerField(
        label=_("Hours in all"),
        min_value=1,
        max_value=MOST_HOURS,
        initial=48,
        help_text=_("How long the whole training runs on these nodes."),
    )
    piece_hours = forms.IntegerField(
        label=_("Hours of a piece"),
        min_value=1,
        max_value=MOST_HOURS,
        initial=12,
        help_text=_("The time limit of each job. Shorter pieces start sooner."),
    )

    @property
    def chain(self):
        answers = self.cleaned_data
        return Chain(
            nodes=answers["nodes"],
            total=3600 * answers["total_hours"],
            piece=3600 * answers["piece_hours"],
        )

    def clean(self):
        answers = super().clean()
        if {"nodes", "total_hours", "piece_hours"} <= answers.keys():
            try:
                self.chain.pieces  # noqa: B018 - it refuses what cannot be
            except Refusal as refusal:
                self.add_error("piece_hours", str(refusal))
        return answers


class ChainForm(ChainShapeForm):
    """A chain, its script, and what happens when a piece fails."""

    name = forms.CharField(
        label=_("Name"),
        max_length=90,
        initial="training",
        help_text=_("The pieces are called training-1, training-2 and so on."),
    )
    kind = forms.ChoiceField(
        label=_("The next piece starts"),
        choices=[
            (DependencyKind.AFTER_OK, _("only if the one before has succeeded")),
            (DependencyKind.AFTER_ANY, _("however the one before has ended")),
        ],
        initial=DependencyKind.AFTER_OK,
        widget=forms.RadioSelect,
    )
    script = forms.CharField(
        label=_("Script or command"),
        required=False,
        strip=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "class": "font-monospace"}),
        initial="#!/bin/bash\nsrun python train.py --resume latest",
        help_text=_("The same for each piece: it goes on from the last state that was saved."),
    )
    field_order = ["name", "allocation", "nodes", "unit", "total_hours", "piece_hours"]

    @property
    def shape_answers(self):
        """What has been typed so far, or stands in the form from the start."""
        return {name: self[name].value() for name in ChainShapeForm.base_fields}
