"""Who may do what with proposals, projects, allocations and jobs.

Nobody acts as staff on a proposal whose team or organisation they belong to.
"""

import rules

from onboarding.rules import (
    is_access_officer,
    is_administrator,
    is_auditor,
    is_panel_chair,
    is_peer_reviewer,
    is_technical_reviewer,
    reads_everything,
)

from .models import AssignmentState, ProjectRole


@rules.predicate
def is_applicant(user, proposal):
    return proposal is not None and proposal.applicant_id == user.pk


@rules.predicate
def is_on_team(user, proposal):
    return proposal is not None and proposal.team.filter(email=user.email).exists()


@rules.predicate
def is_involved(user, proposal):
    """On the team or in the organisation: such a person never acts as staff on it."""
    if proposal is None:
        return False
    return (
        proposal.applicant_id == user.pk
        or proposal.team.filter(email=user.email).exists()
        or proposal.organisation.memberships.filter(user=user).exists()
    )


@rules.predicate
def is_project_member(user, allocation):
    return allocation is not None and (
        allocation.project.members.filter(email=user.email)
        .exclude(role=ProjectRole.MENTOR)
        .exists()
    )


@rules.predicate
def leads_project(user, allocation):
    leaders = [ProjectRole.PI, ProjectRole.PA]
    return (
        allocation is not None
        and allocation.project.members.filter(email=user.email, role__in=leaders).exists()
    )


@rules.predicate
def is_principal_investigator(user, allocation):
    return (
        allocation is not None
        and allocation.project.members.filter(email=user.email, role=ProjectRole.PI).exists()
    )


@rules.predicate
def is_of_allocation(user, allocation):
    """In the project or its organisation: such a person never acts as staff on it."""
    if allocation is None:
        return False
    project = allocation.project
    return (
        project.members.filter(email=user.email).exists()
        or project.organisation.memberships.filter(user=user).exists()
    )


@rules.predicate
def is_of_correction(user, correction):
    return correction is not None and is_of_allocation(user, correction.allocation)


@rules.predicate
def proposed_correction(user, correction):
    """Nobody decides on the own proposal."""
    return correction is not None and correction.proposed_by_id == user.pk


@rules.predicate
def leads_project_of(user, job):
    leaders = [ProjectRole.PI, ProjectRole.PA]
    return (
        job is not None
        and job.allocation_id is not None
        and job.allocation.project.members.filter(email=user.email, role__in=leaders).exists()
    )


@rules.predicate
def owns_template(user, template):
    return template is not None and template.owner_id == user.pk


@rules.predicate
def leads_project_of_template(user, template):
    leaders = [ProjectRole.PI, ProjectRole.PA]
    return (
        template is not None
        and template.project_id is not None
        and template.project.members.filter(email=user.email, role__in=leaders).exists()
    )


@rules.predicate
def submitted_job(user, job):
    return job is not None and job.submitted_by_id == user.pk


@rules.predicate
def is_own_profile(user, profile):
    return profile is not None and profile.user_id == user.pk


@rules.predicate
def is_assigned(user, assignment):
    return assignment is not None and assignment.reviewer.user_id == user.pk


@rules.predicate
def is_of_assignment(user, assignment):
    """Involved in the proposal that is reviewed."""
    return assignment is not None and is_involved(user, assignment.proposal)


@rules.predicate
def is_rapporteur(user, proposal):
    """The rapporteur, once the own review is in and unless a conflict has come up."""
    return (
        proposal is not None
        and proposal.assignments.filter(
            reviewer__user=user, is_rapporteur=True, state=AssignmentState.REVIEWED
        ).exists()
    )


@rules.predicate
def has_real_conflict(user, proposal):
    return (
        proposal is not None and proposal.conflicts.blocking().filter(reviewer__user=user).exists()
    )


@rules.predicate
def is_tied_by_conflict(user, conflict):
    """Nobody weighs the own conflict, nor those around the own proposal."""
    return conflict is not None and (
        conflict.reviewer.user_id == user.pk or is_involved(user, conflict.proposal)
    )


rules.add_perm("allocations.edit_proposal", is_applicant | is_on_team)
rules.add_perm("allocations.submit_proposal", is_applicant)
rules.add_perm("allocations.withdraw_proposal", is_applicant)
rules.add_perm("allocations.answer_offer", is_applicant)

rules.add_perm("allocations.recall_proposal", is_applicant)
rules.add_perm("allocations.answer_questions", is_applicant)

rules.add_perm("allocations.check_eligibility", is_access_officer & ~is_involved)
rules.add_perm("allocations.check_feasibility", is_technical_reviewer & ~is_involved)
rules.add_perm("allocations.handle_offers", is_access_officer & ~is_involved)
rules.add_perm(
    "allocations.ask_applicant",
    (is_access_officer | is_technical_reviewer | is_panel_chair) & ~is_involved,
)
rules.add_perm("allocations.write_report", leads_project)
rules.add_perm("allocations.submit_report", is_principal_investigator)
rules.add_perm("allocations.decide_report", is_access_officer & ~is_of_allocation)
rules.add_perm("allocations.request_change", is_principal_investigator)
rules.add_perm(
    "allocations.decide_change",
    (is_access_officer | is_administrator | is_panel_chair) & ~is_of_allocation,
)
rules.add_perm(
    "allocations.confirm_change",
    (is_administrator | is_panel_chair) & ~proposed_correction & ~is_of_allocation,
)
rules.add_perm("allocations.run_calls", is_access_officer)
rules.add_perm("allocations.run_forms", is_access_officer)

rules.add_perm("allocations.propose_correction", is_access_officer & ~is_of_allocation)
rules.add_perm(
    "allocations.decide_correction",
    (is_administrator | is_panel_chair) & ~proposed_correction & ~is_of_correction,
)
rules.add_perm("allocations.set_accounting", is_access_officer & ~is_of_allocation)

rules.add_perm("allocations.submit_job", is_project_member)
rules.add_perm("allocations.cancel_job", submitted_job | leads_project_of | is_administrator)
rules.add_perm("allocations.drop_job_template", owns_template | leads_project_of_template)
rules.add_perm("allocations.control_job", submitted_job | leads_project_of | is_administrator)
rules.add_perm("allocations.administer_job", is_administrator & ~submitted_job & ~leads_project_of)

rules.add_perm("allocations.operate_machine", is_administrator)

sees_reviewers = is_access_officer | is_panel_chair | is_auditor | is_administrator
rules.add_perm("allocations.see_reviewers", sees_reviewers)
rules.add_perm("allocations.invite_reviewers", is_access_officer)
rules.add_perm("allocations.edit_reviewer", is_own_profile | is_access_officer)
rules.add_perm(
    "allocations.assign_reviewers", is_access_officer & ~is_involved & ~has_real_conflict
)
rules.add_perm("allocations.handle_assignment", is_access_officer & ~is_of_assignment)
rules.add_perm("allocations.assess_conflict", is_access_officer & ~is_tied_by_conflict)
rules.add_perm("allocations.answer_assignment", is_peer_reviewer & is_assigned & ~is_of_assignment)
rules.add_perm("allocations.write_consensus", is_peer_reviewer & is_rapporteur & ~has_real_conflict)
for model in ("reviewassignment", "reviewerprofile"):
    rules.add_perm(f"allocations.view_{model}", sees_reviewers | is_peer_reviewer)
for model in ("conflictofinterest", "reviewerinvitation"):
    rules.add_perm(f"allocations.view_{model}", sees_reviewers)
rules.add_perm("allocations.view_sealedread", is_auditor | is_administrator)
REVIEW_RULES = ("conflictrule", "relationwindow", "publicmaildomain", "reviewpolicy")
for model in (*REVIEW_RULES, "criterion", "scalelabel"):
    rules.add_perm(f"allocations.view_{model}", reads_everything)
    for act in ("add", "change"):
        rules.add_perm(f"allocations.{act}_{model}", is_access_officer)
rules.add_perm("allocations.delete_publicmaildomain", is_access_officer)

rules.add_perm("allocations", reads_everything | is_peer_reviewer)
rules.add_perm("allocations.see_everything", reads_everything)
for model in (
    "accessmode",
    "accesspolicy",
    "allocation",
    "attachment",
    "award",
    "call",
    "changerequest",
    "clarification",
    "compliancecatalogue",
    "correction",
    "daytotal",
    "emissionfactor",
    "energypolicy",
    "evaluationstep",
    "formsection",
    "formversion",
    "fundingshare",
    "intakepolicy",
    "job",
    "latecode",
    "ledgeraccount",
    "ledgercheck",
    "ledgerentry",
    "nodeclosure",
    "obligation",
    "partition",
    "tick",
    "project",
    "projectmember",
    "quotamonth",
    "report",
    "reportform",
    "proposal",
    "qos",
    "question",
    "resourceline",
    "revision",
    "round",
    "system",
    "systemoffer",
    "teammember",
):
    rules.add_perm(f"allocations.view_{model}", reads_everything)
for model in (
    "accessmode",
    "accesspolicy",
    "call",
    "compliancecatalogue",
    "emissionfactor",
    "energypolicy",
    "intakepolicy",
    "reportform",
    "round",
    "systemoffer",
):
    rules.add_perm(f"allocations.add_{model}", is_access_officer)
    rules.add_perm(f"allocations.change_{model}", is_access_officer)
for model in ("formversion", "formsection", "question"):
    for act in ("add", "change", "delete"):
        rules.add_perm(f"allocations.{act}_{model}", is_access_officer)
rules.add_perm("allocations.change_partition", is_administrator)
rules.add_perm("allocations.add_qos", is_administrator)
rules.add_perm("allocations.change_qos", is_administrator)
