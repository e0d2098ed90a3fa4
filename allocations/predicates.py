"""What somebody is to a proposal, a project, an allocation or a job.

Nobody acts as staff on a proposal whose team or organisation they belong to.
"""

import rules

from .flows.appeals import deciders
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
def is_of_appeal(user, appeal):
    return appeal is not None and is_involved(user, appeal.proposal)


@rules.predicate
def decided_before(user, appeal):
    """Nobody decides on an appeal against what they proposed, recorded or decided themselves."""
    return appeal is not None and user.pk in deciders(appeal.proposal)


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
