"""Change requests of an allocation: what is possible, what was asked for, and the form."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView, View

from jaif_portal.exceptions import Refusal
from jaif_portal.views.flow_forms import FlowFormMixin

from ..flows.change_limits import hindrance
from ..flows.change_requests import request_change, withdraw_change
from ..forms.changes import ChangeForm
from ..models import OPEN_CHANGES, Allocation, ChangeKind


class Changes(LoginRequiredMixin):
    """The visible allocation that the address names."""

    def get_allocation(self):
        rows = Allocation.objects.visible_to(self.request.user).select_related(
            "project__organisation",
            "project__proposal__award",
            "project__proposal__policy__mode",
            "partition__system",
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class ChangeList(Changes, TemplateView):
    template_name = "allocations/changes.html"

    def get_context_data(self, **kwargs):
        allocation = self.get_allocation()
        kinds = [(kind, hindrance(allocation, kind)) for kind in ChangeKind]
        may_request = self.request.user.has_perm("allocations.request_change", allocation)
        return super().get_context_data(
            allocation=allocation,
            project=allocation.project,
            kinds=kinds,
            changes=allocation.changes.select_related("requested_by"),
            open_changes=OPEN_CHANGES,
            may_request=may_request,
            **kwargs,
        )


class ChangeNew(Changes, FlowFormMixin, FormView):
    form_class = ChangeForm
    template_name = "allocations/change_new.html"
    done_message = _("Your request is with the access office.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.allocation = self.get_allocation()
            if kwargs["kind"] not in ChangeKind.values:
                raise Http404
            self.kind = ChangeKind(kwargs["kind"])
            if not request.user.has_perm("allocations.request_change", self.allocation):
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"allocation": self.allocation, "kind": self.kind}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            allocation=self.allocation,
            kind=self.kind,
            hindrance=hindrance(self.allocation, self.kind),
            **kwargs,
        )

    def act(self, form):
        return request_change(
            self.allocation, by=self.request.user, kind=self.kind, **form.answers()
        )

    def get_success_url(self):
        return reverse("allocations:changes", args=[self.allocation.pk])


class ChangeWithdraw(Changes, View):
    def post(self, request, pk, change):
        allocation = self.get_allocation()
        row = get_object_or_404(allocation.changes, pk=change)
        try:
            withdraw_change(row, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The request is withdrawn."))
        return redirect("allocations:changes", pk=allocation.pk)
