from allauth.account.forms import ResetPasswordForm
from allauth.core import context
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import Act, ActsMixin
from jaif_portal.flows.permissions import require

from ..flows.people import lock_password
from ..models import Role, User


def send_reset_mail(user, *, by):
    """Let ``user`` choose a password by mail, exactly as if they had asked for it."""
    require(by, "onboarding.manage_sign_in", user)
    form = ResetPasswordForm({"email": user.email})
    form.full_clean()
    form.save(context.request)


@admin.register(User)
class UserAdmin(ActsMixin, admin.ModelAdmin):
    """No form sets a password: people choose theirs by mail."""

    acts = [
        Act(
            name="send_reset_mail",
            label=_("Send a mail to choose a password"),
            flow=send_reset_mail,
            permission="onboarding.manage_sign_in",
        ),
        Act(
            name="lock_password",
            label=_("Lock the password"),
            flow=lock_password,
            permission="onboarding.manage_sign_in",
            text=_(
                "Ends all sessions; the person signs in again after choosing a new one by mail."
            ),
            grave=True,
        ),
    ]
    list_display = ["email", "name", "roles", "is_staff", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff", "groups"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = [
        "email",
        "name",
        "language",
        "is_active",
        "is_staff",
        "groups",
        "date_joined",
        "last_login",
    ]
    filter_horizontal = ["groups"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, _request, obj=None):
        # A confirmed address is changed by its owner, who confirms the new one.
        return ["date_joined", "last_login", *(["email"] if obj else [])]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("roles"))
    def roles(self, user):
        labels = dict(Role.choices)
        return ", ".join(str(labels.get(group.name, group.name)) for group in user.groups.all())
