"""How people sign in."""

from allauth.account.auth_backends import AuthenticationBackend


class SignInBackend(AuthenticationBackend):
    """Finds out who somebody is. What they may do is written in the apps' ``rules`` alone:
    no grants are kept in the database, so none are looked up, which saves each request
    two queries.
    """

    def get_user_permissions(self, user_obj, obj=None):  # Django's signature
        return set()

    get_group_permissions = get_user_permissions
    get_all_permissions = get_user_permissions
