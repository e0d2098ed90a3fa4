from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..flows.outbox import send_again
from ..models import Mail
from .acts import Act, ActsMixin, ReadOnlyMixin


@admin.register(Mail)
class MailAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    acts = [
        Act(
            name="send_again",
            label=_("Send again"),
            flow=send_again,
            permission="jaif_portal.resend_mail",
            text=_("The same mail goes to the same address once more."),
        )
    ]
    list_display = ["subject", "recipient", "written_at", "sent_at", "tries", "failure"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter), "written_at"]
    search_fields = ["recipient", "subject", "key"]
    fields = [
        "recipient",
        "subject",
        "body",
        "key",
        "sender",
        "written_at",
        "sent_at",
        "next_try_at",
        "tries",
        "failure",
    ]
