"""Accounts: what staff do to a person's sign-in."""

from django.db import transaction

from jaif_portal.flows.permissions import require

from ..models import User


@transaction.atomic
def lock_password(user, *, by):
    """Make the password of ``user`` useless until they set a new one by mail.

    Sessions of the account end too, since they rest on the old password.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require(by, "onboarding.manage_sign_in", user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    return user
