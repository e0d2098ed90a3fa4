"""Who may do what with proposals, projects, allocations and jobs."""

import rules

from onboarding.rules import (
    is_access_officer,
    is_administrator,
    is_auditor,
    is_panel_chair,
    is_peer_reviewer,
    is_publisher,
    is_technical_lead,
    is_technical_reviewer,
    reads_everything,
)

from .predicates import (
    decided_before,
    has_real_conflict,
    is_applicant,
    is_assigned,
    is_involved,
    is_of_allocation,
    is_of_appeal,
    is_of_assignment,
    is_of_correction,
    is_on_team,
    is_own_profile,
    is_principal_investigator,
    is_project_member,
    is_rapporteur,
    is_tied_by_conflict,
    leads_project,
    leads_project_of,
    leads_project_of_template,
    owns_template,
    proposed_correction,
    submitted_job,
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
rules.add_perm("allocations.confirm_ineligible", is_access_officer & ~is_involved)
rules.add_perm("allocations.confirm_infeasible", is_technical_lead & ~is_involved)
rules.add_perm(
    "allocations.confirm_finding", (is_access_officer | is_technical_lead) & ~is_involved
)
rules.add_perm("allocations.close_reply", is_access_officer & ~is_involved)
rules.add_perm("allocations.sit_on_panel", ~is_involved & ~has_real_conflict)
rules.add_perm("allocations.seat_panel", is_panel_chair)
rules.add_perm("allocations.record_outcome", is_panel_chair & ~is_involved & ~has_real_conflict)
rules.add_perm("allocations.propose_publication", is_panel_chair)
rules.add_perm("allocations.confirm_publication", is_publisher)
rules.add_perm("allocations.publish_outcome", (is_panel_chair | is_publisher) & ~is_involved)
rules.add_perm("allocations.complete_round", is_access_officer)
rules.add_perm("allocations.file_appeal", is_applicant)
rules.add_perm("allocations.decide_appeal", is_access_officer & ~is_of_appeal & ~decided_before)
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
    "appeal",
    "award",
    "call",
    "changerequest",
    "clarification",
    "compliancecatalogue",
    "check",
    "checkitem",
    "correction",
    "daytotal",
    "emissionfactor",
    "energypolicy",
    "evaluationstep",
    "formsection",
    "formversion",
    "finding",
    "fundingshare",
    "intakepolicy",
    "heldoutcome",
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
    "publication",
    "qos",
    "question",
    "resourceline",
    "revision",
    "reserveplace",
    "round",
    "seat",
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
    "checkitem",
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
