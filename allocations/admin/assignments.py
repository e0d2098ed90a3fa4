"""The reviewers' own list, and for officers who reviews what and why."""

from django.contrib import admin
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jaif_portal.admin.acts import Act, ActsMixin, ReadOnlyMixin
from jaif_portal.admin.display import state_badge

from ..flows.assignments import (
    accept_review,
    appoint_rapporteur,
    declare,
    decline_review,
    release_reviewer,
)
from ..flows.matching import drop_from_plan
from ..flows.reassessments import report_conflict
from ..flows.visibility import Field, can_see
from ..forms.reviewing import ConflictForm, DeclarationForm, DeclineForm, ReasonForm
from ..models import AssignmentState, Disclosure, ReviewAssignment
from .boards import BoardViews
from .cells import moment, two_lines
from .guards import in_state
from .review_desk import DeskViews

ANSWER = "allocations.answer_assignment"
ASSIGN = "allocations.handle_assignment"


def to_declare(assignment):
    if assignment.state == AssignmentState.ACCEPTED and assignment.declared_at:
        return _("You have declared already. Ask the access office if something has changed.")
    return in_state(AssignmentState.ACCEPTED)(assignment)


def report(assignment, *, by, **answers):
    return report_conflict(assignment.proposal, by=by, reviewer=assignment.reviewer, **answers)


ACTS = [
    Act(
        name="accept",
        label=gettext_lazy("Accept the review"),
        flow=accept_review,
        permission=ANSWER,
        possible=in_state(AssignmentState.INVITED),
    ),
    Act(
        name="declare",
        label=gettext_lazy("Declare conflicts of interest"),
        flow=declare,
        permission=ANSWER,
        form=DeclarationForm,
        possible=to_declare,
        text=gettext_lazy("After that the proposal opens, unless you must not review it."),
    ),
    Act(
        name="decline",
        label=gettext_lazy("Decline the review"),
        flow=decline_review,
        permission=ANSWER,
        form=DeclineForm,
        possible=in_state(AssignmentState.INVITED, AssignmentState.ACCEPTED),
        grave=True,
    ),
    Act(
        name="drop",
        label=gettext_lazy("Take off the plan"),
        flow=drop_from_plan,
        permission=ASSIGN,
        possible=in_state(AssignmentState.PROPOSED),
    ),
    Act(
        name="rapporteur",
        label=gettext_lazy("Appoint as rapporteur"),
        flow=appoint_rapporteur,
        permission=ASSIGN,
        possible=in_state(AssignmentState.ACCEPTED, AssignmentState.REVIEWED),
        in_bulk=False,
    ),
    Act(
        name="conflict",
        label=gettext_lazy("Report a conflict of interest"),
        flow=report,
        permission=ASSIGN,
        form=ConflictForm,
    ),
    Act(
        name="release",
        label=gettext_lazy("Release the reviewer"),
        flow=release_reviewer,
        permission=ASSIGN,
        form=ReasonForm,
        possible=in_state(
            AssignmentState.ALTERNATE, AssignmentState.INVITED, AssignmentState.ACCEPTED
        ),
        text=gettext_lazy("The alternate is asked in their place."),
        grave=True,
    ),
]
OFFICE_FIELDS = [
    "reviewer",
    "is_alternate",
    "is_rapporteur",
    "by_hand",
    "is_suggested",
    "match",
    "shared",
    "assigned_by",
    "replaces",
]


@admin.register(ReviewAssignment)
class ReviewAssignmentAdmin(DeskViews, BoardViews, ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    change_list_template = "admin/assignment_change_list.html"
    list_filter = ["state", "is_alternate", "proposal__call"]
    search_fields = ["proposal__reference", "reviewer__user__name", "reviewer__user__email"]
    ordering = ["due_at", "answer_by", "-pk"]
    acts = ACTS

    def get_queryset(self, request):
        return ReviewAssignment.objects.visible_to(request.user).select_related(
            "proposal__call",
            "proposal__round__call__mode",
            "proposal__policy__review_policy",
            "reviewer__user",
            "assigned_by",
        )

    def get_list_display(self, request):
        columns = ["proposal_in_short", state_badge, "due"]
        if request.user.has_perm("allocations.see_reviewers"):
            columns.insert(1, "reviewer")
        return columns

    def get_list_filter(self, request):
        """The few of a reviewer need none."""
        return self.list_filter if request.user.has_perm("allocations.see_reviewers") else []

    def get_search_fields(self, request):
        if request.user.has_perm("allocations.see_reviewers"):
            return self.search_fields
        return ["proposal__reference"]

    def get_fields(self, request, obj=None):
        own = ["proposal_in_short", "abstract", state_badge, "due", "desk"]
        if can_see(request.user, obj.proposal, Field.REVIEWERS):
            return [*own, *OFFICE_FIELDS]
        return own

    get_readonly_fields = get_fields

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        """Each sees the acts of the own side."""
        response = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        mine = obj.reviewer.user_id == request.user.pk
        context["acts"] = [
            item for item in context["acts"] if (item["act"].permission == ANSWER) == mine
        ]
        if mine:
            context["transitions"] = []
        response.context_data.update(context)
        return response

    @admin.display(description=gettext_lazy("proposal"), ordering="proposal__reference")
    def proposal_in_short(self, assignment):
        """As much as the invitation tells; all of it stands on the desk."""
        proposal = assignment.proposal
        told = assignment.disclosure != Disclosure.AREA or assignment.declared_at
        return two_lines(proposal.reference, proposal.title if told else proposal.call.title)

    @admin.display(description=gettext_lazy("abstract"))
    def abstract(self, assignment):
        told = assignment.disclosure == Disclosure.ABSTRACT or assignment.declared_at
        return assignment.proposal.abstract if told else "–"

    @admin.display(description=gettext_lazy("due"), ordering="due_at")
    def due(self, assignment):
        if assignment.state == AssignmentState.INVITED:
            return _("Answer by %(moment)s") % {"moment": moment(assignment.answer_by)}
        if assignment.state == AssignmentState.ACCEPTED:
            return _("Review due on %(moment)s") % {"moment": moment(assignment.due_at)}
        return "–"

    @admin.display(description=gettext_lazy("review"))
    def desk(self, assignment):
        if assignment.declared_at is None:
            return _("The proposal opens once you have accepted and declared conflicts.")
        address = reverse("admin:allocations_reviewassignment_desk", args=[assignment.pk])
        return format_html('<a class="act" href="{}">{}</a>', address, _("Read and review"))

    @admin.display(description=gettext_lazy("match"), ordering="score")
    def match(self, assignment):
        return _("%(score).2f: expertise %(keywords).2f, free capacity %(load).2f") % {
            "score": assignment.score,
            "keywords": assignment.keyword_score,
            "load": assignment.load_score,
        }

    @admin.display(description=gettext_lazy("shared keywords"))
    def shared(self, assignment):
        return ", ".join(assignment.shared_keywords) or "–"

    def get_urls(self):
        view = self.admin_site.admin_view
        name = "allocations_reviewassignment_{}".format
        return [
            path("<int:pk>/desk/", view(self.desk_view), name=name("desk")),
            path("rounds/", view(self.rounds_view), name=name("rounds")),
            path("rounds/<int:pk>/", view(self.board_view), name=name("board")),
            path("scores/<int:pk>/", view(self.scores_view), name=name("scores")),
            *super().get_urls(),
        ]
