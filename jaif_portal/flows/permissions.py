"""The right to act is checked inside the flow, whatever the door."""

import rules

from ..exceptions import NotPermitted


def require(user, permission, subject=None):
    """Raise ``NotPermitted`` unless the rules give ``user`` the permission on ``subject``.

    The rules alone: a superuser sees and edits everything in the administration, and still
    is no applicant, no officer, and never decides on the own proposal. A closed account
    acts no more.
    """
    if not (user.is_active and rules.has_perm(permission, user, subject)):
        raise NotPermitted
