from django.contrib import admin
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from ..flows.tokens import revoke_token
from ..models import AccessToken
from .acts import Act, ActsMixin, ReadOnlyMixin


def revoke(token, *, by):  # who revoked it is in the administration's log
    revoke_token(token)


@admin.register(AccessToken)
class AccessTokenAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    """Staff may revoke a token; its secret is nowhere to be read."""

    acts = [
        Act(
            name="revoke",
            label=_("Revoke"),
            flow=revoke,
            permission="jaif_portal.revoke_token",
            possible=lambda token: (
                translate("This token is revoked already.") if token.revoked_at else ""
            ),
            text=_("Programs that use this token are turned away from now on."),
        )
    ]
    list_display = ["name", "user", "hint", "created_at", "expires_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "expires_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__email", "user__name"]
    fields = ["name", "user", "hint", "scopes", "created_at", "expires_at", "revoked_at"]
    readonly_fields = ["hint"]
