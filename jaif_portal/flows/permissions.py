"""The right to act is checked inside the flow, whatever the door."""

from ..exceptions import NotPermitted


def require(user, permission, subject=None):
    """Raise ``NotPermitted`` unless ``user`` has the permission on ``subject``."""
    if not user.has_perm(permission, subject):
        raise NotPermitted
