from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Attachment, AttachmentKind


class AttachmentForm(forms.Form):
    """One file, and what it is. What is taken is for the flow to say, by the content."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".pdf,.png,.jpg,.jpeg"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=AttachmentKind)
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=120,
        help_text=_("Reviewers read it in the list. Without one they read the file’s name."),
    )
    replaces = forms.ModelChoiceField(
        Attachment.objects.none(),
        label=_("In place of"),
        required=False,
        empty_label=_("None: it is added to the others"),
    )

    def __init__(self, *args, attached, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["replaces"].queryset = attached
        if not attached:
            del self.fields["replaces"]

    def clean(self):
        """Several files under one name: the first would be lost without a word."""
        if len(self.files.getlist("file")) > 1:
            self.add_error("file", _("Upload one file at a time."))
        return self.cleaned_data
