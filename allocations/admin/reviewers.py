"""Reviewers, their invitations, and conflicts of interest with what shows them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge
from jaif_portal.exceptions import StaleVersion

from ..flows.reassessments import reassess_conflict
from ..flows.reviewers import edit_reviewer, invite_reviewer
from ..forms.reviewing import InvitationForm, ProfileForm, ReassessmentForm
from ..models import (
    Absence,
    ConflictOfInterest,
    DeclaredRelation,
    Proposal,
    ReviewerInvitation,
    ReviewerProfile,
)


class OwnInline(admin.TabularInline):
    """Whoever may edit a profile may also edit what belongs to it."""

    extra = 1

    def has_view_permission(self, _request, _obj=None):
        return True

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("allocations.edit_reviewer", obj)

    has_add_permission = has_delete_permission = has_change_permission


class AbsenceInline(OwnInline):
    model = Absence


class RelationInline(OwnInline):
    model = DeclaredRelation


@admin.register(ReviewerProfile)
class ReviewerProfileAdmin(admin.ModelAdmin):
    """Reviewers keep their own profile; officers keep all."""

    form = ProfileForm
    fields = ["institution", "keywords", "load_cap", "is_active", "seen_version"]
    list_display = ["user", "institution", "expertise", "load_cap", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["user__email", "user__name", "institution", "keywords"]
    inlines = [AbsenceInline, RelationInline]

    def get_queryset(self, request):
        return ReviewerProfile.objects.visible_to(request.user).select_related("user")

    def has_add_permission(self, _request):
        return False

    def has_delete_permission(self, _request, _obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is not None and request.user.has_perm("allocations.edit_reviewer", obj)

    def save_model(self, request, obj, form, change):
        """By the flow; somebody else's save in the meantime stops this one."""
        fields = {name: form.cleaned_data[name] for name in self.form.Meta.fields}
        edit_reviewer(obj, by=request.user, version=form.cleaned_data["seen_version"], **fields)

    def changeform_view(self, request, *args, **kwargs):
        try:
            return super().changeform_view(request, *args, **kwargs)
        except StaleVersion as refusal:
            self.message_user(request, str(refusal), "ERROR")
            request.method = "GET"
            return super().changeform_view(request, *args, **kwargs)

    @admin.display(description=_("expertise"))
    def expertise(self, profile):
        return ", ".join(profile.keywords)


@admin.register(ReviewerInvitation)
class ReviewerInvitationAdmin(ReadOnlyMixin, admin.ModelAdmin):
    form = InvitationForm
    list_display = ["email", "name", "invited_by", "expires_at", "accepted_at"]
    list_select_related = ["invited_by"]
    search_fields = ["email", "name"]

    def has_add_permission(self, request):
        return request.user.has_perm("allocations.invite_reviewers")

    def get_fields(self, _request, obj=None):
        if obj is None:
            return ["email", "name", "language", "days"]
        return ["email", "name", "invited_by", "invited_at", "expires_at", "accepted_at"]

    def save_model(self, request, obj, form, change):
        invitation = invite_reviewer(by=request.user, **form.cleaned_data)
        obj.pk = invitation.pk
        obj.refresh_from_db()


@admin.register(ConflictOfInterest)
class ConflictAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["proposal_reference", "reviewer", "kind", state_badge, "evidence"]
    list_filter = ["state", "kind"]
    search_fields = ["proposal__reference", "reviewer__user__email", "evidence"]
    acts = [
        Act(
            name="reassess",
            label=_("Change the severity"),
            flow=reassess_conflict,
            permission="allocations.assess_conflict",
            form=ReassessmentForm,
            initial=lambda conflict: {"severity": conflict.state},
            text=_("Whoever has a real conflict is recused and sees nothing of the proposal."),
        )
    ]

    def get_queryset(self, request):
        visible = Proposal.objects.visible_to(request.user).values("pk")
        rows = ConflictOfInterest.objects.filter(proposal__in=visible)
        return rows.select_related("proposal", "reviewer__user", "reported_by")

    @admin.display(description=_("proposal"), ordering="proposal__reference")
    def proposal_reference(self, conflict):
        return conflict.proposal.reference
