"""Application forms: one that is in force is copied, and the copy is edited."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin

from ..flows.form_versions import copy_form, put_in_force
from ..models import FormSection, FormVersion, Question


def in_preparation(form):
    return "" if form.valid_from is None else gettext("It is in force already. Copy it instead.")


class ValidFromForm(forms.Form):
    valid_from = forms.SplitDateTimeField(
        label=_("Valid from"),
        widget=AdminSplitDateTime,
        help_text=_("Drafts that are begun later use this form; older ones keep theirs."),
    )


class FrozenInForce:
    """Rows of a form are changed until the form is put in force."""

    def has_change_permission(self, request, obj=None):
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return _is_open(obj) and super().has_delete_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return _is_open(obj) and super().has_add_permission(request, *[obj][: self.takes_parent])

    takes_parent = 0


class SectionInline(FrozenInForce, admin.StackedInline):
    model = FormSection
    extra = 0
    show_change_link = True
    takes_parent = 1


class QuestionInline(FrozenInForce, admin.StackedInline):
    model = Question
    extra = 0
    takes_parent = 1


@admin.register(FormVersion)
class FormVersionAdmin(ActsMixin, FrozenInForce, admin.ModelAdmin):
    list_display = ["title", "mode", "valid_from"]
    list_select_related = ["mode"]
    readonly_fields = ["valid_from"]
    inlines = [SectionInline]
    acts = [
        Act(
            name="copy",
            label=_("Copy the form"),
            flow=copy_form,
            permission="allocations.run_forms",
            text=_("The copy can be edited until it is put in force."),
        ),
        Act(
            name="put_in_force",
            label=_("Put the form in force"),
            flow=put_in_force,
            form=ValidFromForm,
            possible=in_preparation,
            permission="allocations.run_forms",
            text=_("From then on the form can no longer be edited, only copied."),
        ),
    ]


@admin.register(FormSection)
class FormSectionAdmin(FrozenInForce, admin.ModelAdmin):
    """The questions of a section, reached from its form."""

    list_display = ["label_en", "form", "position"]
    list_filter = ["form"]
    list_select_related = ["form"]
    inlines = [QuestionInline]


def _is_open(obj):
    if obj is None:
        return True
    form = getattr(obj, "section", obj)
    form = getattr(form, "form", form)
    return form.valid_from is None
