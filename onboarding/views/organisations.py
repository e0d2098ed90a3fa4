"""Organisations: list, register, show, edit, add a colleague."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import CreateView, DetailView, FormView, ListView, UpdateView
from django.views.generic.detail import SingleObjectMixin
from rules.contrib.views import PermissionRequiredMixin

from jaif_portal.views.flow_forms import FlowFormMixin

from ..flows.organisations import add_member, create_organisation, edit_organisation
from ..forms import MemberForm, OrganisationForm
from ..models import Organisation


class VisibleOrganisations(LoginRequiredMixin):
    def get_queryset(self):
        return Organisation.objects.visible_to(self.request.user).select_related("country")


class OrganisationList(VisibleOrganisations, ListView):
    template_name = "onboarding/organisations.html"
    context_object_name = "organisations"
    paginate_by = 50


class OrganisationDetail(VisibleOrganisations, DetailView):
    template_name = "onboarding/organisation.html"

    def get_context_data(self, **kwargs):
        members = self.object.memberships.select_related("user").order_by("user__name", "pk")
        may_edit = self.request.user.has_perm("onboarding.edit_organisation", self.object)
        return super().get_context_data(members=members, may_edit=may_edit, **kwargs)


class OrganisationNew(LoginRequiredMixin, FlowFormMixin, CreateView):
    form_class = OrganisationForm
    template_name = "onboarding/organisation_new.html"
    refusal_field = "registration_number"
    done_message = _("The organisation is registered, and you represent it.")

    def act(self, form):
        form.cleaned_data.pop("version")
        return create_organisation(by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return reverse("onboarding:organisation", args=[self.object.pk])


class OrganisationEdit(VisibleOrganisations, PermissionRequiredMixin, FlowFormMixin, UpdateView):
    form_class = OrganisationForm
    template_name = "onboarding/organisation_edit.html"
    permission_required = "onboarding.edit_organisation"
    done_message = _("Your changes are saved.")

    def act(self, form):
        return edit_organisation(self.object, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return reverse("onboarding:organisation", args=[self.object.pk])


class MemberAdd(
    VisibleOrganisations, PermissionRequiredMixin, FlowFormMixin, SingleObjectMixin, FormView
):
    form_class = MemberForm
    template_name = "onboarding/member_add.html"
    permission_required = "onboarding.edit_organisation"
    done_message = _("Your colleague now acts for the organisation too.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = self.organisation = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def act(self, form):
        return add_member(self.organisation, user=form.user, by=self.request.user)

    def get_success_url(self):
        return reverse("onboarding:organisation", args=[self.organisation.pk])
