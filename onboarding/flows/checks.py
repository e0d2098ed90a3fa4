"""What the portal finds out by itself: a check answers with its evidence, or with nothing."""

from allauth.mfa.models import Authenticator

from ..models import Acceptance, StepKind, Terms


def signed(kind):
    """The version of terms in force, if the person has signed that very one."""

    def check(user, *, at):
        terms = Terms.objects.in_force(kind, at=at).first()
        acceptance = Acceptance.objects.filter(terms=terms, user=user).first() if terms else None
        return f"v{terms.version}, {acceptance.accepted_at:%Y-%m-%d}" if acceptance else ""

    return check


def first_key(user, *, at):
    """The fingerprint of the oldest key."""
    return user.ssh_keys.values_list("fingerprint", flat=True).first() or ""


def authenticator_app(user, *, at):
    """Whether an authenticator app is set up; recovery codes alone are not enough."""
    totp = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return "TOTP" if totp.exists() else ""


CHECKS = {
    StepKind.AGREEMENT: signed(Terms.Kind.USAGE),
    StepKind.DATA_PROCESSING: signed(Terms.Kind.DATA_PROCESSING),
    StepKind.SSH_KEY: first_key,
    StepKind.MFA: authenticator_app,
}
