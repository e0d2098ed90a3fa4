"""The itemised request: lines, their sums while they are typed, and what else is needed."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import DetailView, View
from django.views.generic.detail import SingleObjectMixin

from jaif_portal.exceptions import Refusal

from ..flows.resources import set_resources, sum_up, usual_partition
from ..forms import LineFormSet, VersionForm
from ..forms.resources import LINE
from ..models import Device, ResourceLine, SectionKind, Workload
from .drafts import beside, may_edit
from .proposals import Proposals

LONGEST = 12  # characters of a number in an address


class ResourcePage(Proposals, DetailView):
    """Read by everybody who sees the proposal; written while it is a draft."""

    def get_template_names(self):
        folder = "allocations/editor" if may_edit(self.request.user, self.object) else "allocations"
        return [f"{folder}/resources.html"]

    def get_context_data(self, **kwargs):
        proposal = self.object
        lines = list(proposal.lines.all())
        forms = kwargs.pop("forms", None) or _unbound(proposal, lines, carried=self._carried())
        return super().get_context_data(
            formset=forms[0],
            form=forms[1],
            lines=lines,
            may_edit=may_edit(self.request.user, proposal),
            **beside(proposal, SectionKind.RESOURCES),
            **_sums(proposal, lines),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        self.object = proposal = self.get_object()
        lines, form = LineFormSet(request.POST), VersionForm(request.POST)
        if not (lines.is_valid() & form.is_valid()):
            return self._again(lines, form)
        try:
            set_resources(proposal, by=request.user, lines=lines.answers(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self._again(lines, form)
        messages.success(request, _("The resources are saved."))
        return redirect("allocations:resources", pk=proposal.pk)

    def _again(self, lines, form):
        context = self.get_context_data(forms=(lines, form), object=self.object)
        return self.render_to_response(context, status=422)

    def _carried(self):
        """A line from an estimate, in the address."""
        query = self.request.GET
        hours = _decimal(query.get("hours", ""))
        gpus = query.get("gpus", "")
        if hours is None or not (gpus.isascii() and gpus.isdigit()):
            return []
        workload = query.get("workload", "")
        return [
            {
                "workload": workload if workload in Workload.values else Workload.TRAINING,
                "description": _("From the estimator"),
                "runs": 1,
                "devices": int(gpus),
                "device": Device.GPU,
                "hours": hours,
            }
        ]


class ResourceSums(Proposals, SingleObjectMixin, View):
    """What the lines in the form come to. Nothing is stored."""

    def post(self, request, *args, **kwargs):
        proposal = self.get_object()
        lines = LineFormSet(request.POST)
        if not lines.management_form.is_valid():
            return HttpResponseBadRequest()
        lines.is_valid()
        whole = [
            ResourceLine(**{name: form.cleaned_data[name] for name in LINE})
            for form in lines.forms
            if form.has_changed() and form.is_valid() and form not in lines.deleted_forms
        ]
        context = {"proposal": proposal, **_sums(proposal, whole)}
        return render(request, "allocations/resource_sums.html", context)


def _sums(proposal, lines):
    partition = usual_partition(proposal)
    if partition is None:
        return {"partition": None, "sums": None, "most": None}
    return {
        "partition": partition,
        "sums": sum_up(lines, partition=partition, policy=proposal.policy),
        "most": proposal.policy.gpu_hours_on(partition)[1],
    }


def _unbound(proposal, lines, *, carried):
    stored = [{name: getattr(line, name) for name in LINE} for line in lines]
    formset = LineFormSet(initial=stored)
    for form, answers in zip(formset.extra_forms, carried, strict=False):
        form.initial = answers
        form.empty_permitted = False
    return formset, VersionForm(initial={"version": proposal.version})


def _decimal(text):
    try:
        return Decimal(text).quantize(Decimal("0.01")) if len(text) <= LONGEST else None
    except InvalidOperation:
        return None
