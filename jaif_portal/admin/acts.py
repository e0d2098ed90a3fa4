"""Acts: what staff can do to a row beyond editing it, each backed by one flow."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..exceptions import Refusal
from ..models import Transition


def always(_obj):
    """No guard: the act is possible in every state."""
    return ""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that may be done to a row: ``flow(obj, by=user, **form.cleaned_data)``.

    ``possible`` answers with the reason why not, as a whole sentence, or with nothing.
    It explains; the flow decides. ``initial`` fills the form in from the row. Ticked rows are
    done in ``bulk_order`` where one is given, else in the list's.
    """

    name: str
    label: str
    flow: Callable
    permission: str
    form: type[forms.Form] | None = None
    possible: Callable = always
    initial: Callable = lambda _obj: {}
    text: str = ""
    grave: bool = False
    in_bulk: bool = True
    bulk_order: tuple = ()

    def hindrance(self, user, obj):
        """Why ``user`` cannot do this to ``obj`` now; empty where they can."""
        if not user.has_perm(self.permission, obj):
            return _("Your role does not allow this here.")
        return str(self.possible(obj))

    def build_form(self, obj, data=None):
        form = self.form or forms.Form
        return form(data, initial=self.initial(obj))

    @property
    def works_in_bulk(self):
        return self.in_bulk and self.form is None and not self.grave


class ActsMixin:
    """A ``ModelAdmin`` whose object pages offer ``acts`` and show the row's history."""

    acts = []
    change_form_template = "admin/acts_change_form.html"

    def get_urls(self):
        opts = self.opts
        return [
            path(
                "<int:pk>/acts/<slug:name>/",
                self.admin_site.admin_view(self.act_view),
                name=f"{opts.app_label}_{opts.model_name}_act",
            ),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            context["acts"] = [
                {
                    "act": act,
                    "href": reverse(self._address("act"), args=[obj.pk, act.name]),
                    "hindrance": act.hindrance(request.user, obj),
                }
                for act in self.acts
            ]
            context["transitions"] = Transition.objects.of(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def act_view(self, request, pk, name):
        """Ask for what the act needs, then do it."""
        act = next((act for act in self.acts if act.name == name), None)
        obj = self.get_object(request, str(pk))
        if act is None or obj is None:
            raise Http404
        if not self.has_view_permission(request, obj) or not request.user.has_perm(
            act.permission, obj
        ):
            raise PermissionDenied
        form = act.build_form(obj, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self._perform(request, act, obj, form):
            return HttpResponseRedirect(self._page_after(request, obj))
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(act.label),
            "opts": self.opts,
            "original": obj,
            "act": act,
            "hindrance": "" if form.is_bound else act.hindrance(request.user, obj),
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/act.html", context)

    def _perform(self, request, act, obj, form):
        """Whether the flow accepted; a refusal is put on the form, which keeps its answers."""
        try:
            act.flow(obj, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            _put_on_form(form, refusal)
            return False
        self.log_change(request, obj, str(act.label))
        text = _("Done: %(act)s. %(subject)s")
        self.message_user(request, text % {"act": act.label, "subject": obj}, messages.SUCCESS)
        return True

    def _page_after(self, request, obj):
        """The row's page, or the list where the row is no longer among those one may see."""
        if self.get_object(request, str(obj.pk)) is None:
            return reverse(self._address("changelist"))
        return reverse(self._address("change"), args=[obj.pk])

    def _address(self, page):
        return f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def get_actions(self, request):
        """Each act that needs no form also works on the rows that are ticked in the list."""
        actions = super().get_actions(request)
        for act in self.acts:
            if act.works_in_bulk and request.user.has_perm(act.permission):
                actions[act.name] = (_in_bulk(act), act.name, act.label)
        return actions


def _in_bulk(act):
    def perform(modeladmin, request, queryset):
        done = 0
        for obj in queryset.order_by(*act.bulk_order) if act.bulk_order else queryset:
            if not request.user.has_perm(act.permission, obj):
                hindrance = act.hindrance(request.user, obj)
                modeladmin.message_user(request, f"{obj}: {hindrance}", messages.ERROR)
                continue
            try:
                act.flow(obj, by=request.user)
            except Refusal as refusal:
                modeladmin.message_user(request, f"{obj}: {refusal}", messages.ERROR)
            else:
                done += 1
                modeladmin.log_change(request, obj, str(act.label))
        if done:
            text = _("Done: %(act)s (%(count)d).") % {"act": act.label, "count": done}
            modeladmin.message_user(request, text, messages.SUCCESS)

    return perform


def _put_on_form(form, refusal):
    """Each sentence at its field where the form has it, the others above the form."""
    fields = getattr(refusal, "fields", None) or {None: [str(refusal)]}
    for field, sentences in fields.items():
        form.add_error(field if field in form.fields else None, sentences)


class ReadOnlyMixin:
    """Rows that are written by flows alone."""

    def has_add_permission(self, _request, _obj=None):
        return False

    def has_change_permission(self, _request, _obj=None):
        return False

    def has_delete_permission(self, _request, _obj=None):
        return False
