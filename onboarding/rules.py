"""Who may do what with people, organisations and cases."""

import rules

from .models import MemberRole, Role


def has_role(role):
    return rules.is_group_member(role.value)


is_access_officer = has_role(Role.ACCESS_OFFICER)
is_technical_reviewer = has_role(Role.TECHNICAL_REVIEWER)
is_peer_reviewer = has_role(Role.PEER_REVIEWER)
is_technical_lead = has_role(Role.TECHNICAL_LEAD)
is_publisher = has_role(Role.PUBLISHER)
is_panel_chair = has_role(Role.PANEL_CHAIR)
is_onboarding_officer = has_role(Role.ONBOARDING_OFFICER)
is_auditor = has_role(Role.AUDITOR)
is_administrator = has_role(Role.ADMINISTRATOR)
reads_everything = (
    is_access_officer
    | is_technical_reviewer
    | is_technical_lead
    | is_publisher
    | is_panel_chair
    | is_onboarding_officer
    | is_auditor
    | is_administrator
)


@rules.predicate
def owns_case(user, case):
    return case is not None and case.owner_id == user.pk


@rules.predicate
def represents(user, organisation):
    return organisation is not None and (
        organisation.memberships.filter(user=user, role=MemberRole.REPRESENTATIVE).exists()
    )


rules.add_perm("onboarding", reads_everything)
rules.add_perm("onboarding.see_everything", reads_everything)
rules.add_perm("onboarding.edit_organisation", represents)
rules.add_perm("onboarding.work_on_cases", is_onboarding_officer)

for model in ("organisation", "membership", "country", "terms", "acceptance"):
    rules.add_perm(f"onboarding.view_{model}", reads_everything)
for model in ("onboardingcase", "casestep", "casetemplate", "casetemplatestep", "sshkey", "user"):
    rules.add_perm(f"onboarding.view_{model}", reads_everything)
for act in ("add", "change"):
    rules.add_perm(f"onboarding.{act}_user", is_administrator)
    rules.add_perm(f"onboarding.{act}_casetemplate", is_administrator | is_onboarding_officer)
    rules.add_perm(f"onboarding.{act}_casetemplatestep", is_administrator | is_onboarding_officer)
    rules.add_perm(f"onboarding.{act}_terms", is_administrator)
# Taking a step off a template changes no case that is open: each has its own copy.
rules.add_perm("onboarding.delete_casetemplatestep", is_administrator | is_onboarding_officer)
rules.add_perm("onboarding.change_country", is_administrator | is_access_officer)
rules.add_perm("onboarding.manage_sign_in", is_administrator)

rules.add_perm("jaif_portal", reads_everything)
for model in ("transition", "deadline", "holiday", "mail", "portalclock", "clockchange"):
    rules.add_perm(f"jaif_portal.view_{model}", reads_everything)
for act in ("add", "change", "delete"):
    rules.add_perm(f"jaif_portal.{act}_holiday", is_administrator)
rules.add_perm("jaif_portal.set_clock", is_administrator)
rules.add_perm("jaif_portal.view_accesstoken", is_administrator)
rules.add_perm("jaif_portal.revoke_token", is_administrator)
rules.add_perm("jaif_portal.resend_mail", is_administrator | is_access_officer)
