"""Mail: written with the event, delivered after the commit."""

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from ..models import Mail
from .permissions import require

logger = logging.getLogger(__name__)

MOST_TRIES = 12


def write_mail(template, *, to, key, language, **context):
    """Put a mail into the outbox, in the receiver's language; the same ``key`` writes once.

    ``template`` names a file under ``templates/`` whose first line is the subject.
    """
    mail = compose_mail(template, to=to, key=key, language=language, **context)
    answers = {name: getattr(mail, name) for name in ("recipient", "subject", "body")}
    return Mail.objects.get_or_create(key=mail.key, defaults=answers)[0]


def compose_mail(template, *, to, key, language, **context):
    """The mail that ``write_mail`` would write, unsaved."""
    with translation.override(language):
        text = render_to_string(template, {"portal_url": settings.PORTAL_URL, **context})
    subject, _newline, body = text.strip().partition("\n")
    return Mail(key=f"{key}:{to}", recipient=to, subject=subject[:250], body=body.strip() + "\n")


def write_mails(mails):
    """Put composed mails into the outbox in one statement; the same key writes once."""
    Mail.objects.bulk_create(mails, ignore_conflicts=True)


def deliver_mail():
    """Send what is due, one transaction a mail; a failure is tried again, later each time."""
    tried = set()
    while (pk := _next_due(leaving_out=tried)) is not None:
        tried.add(pk)
        _deliver(pk)
    return len(tried)


def send_again(mail, *, by):
    """Put a mail, sent or given up, at the head of the queue once more."""
    require(by, "jaif_portal.resend_mail", mail)
    Mail.objects.filter(pk=mail.pk).update(
        sent_at=None, tries=0, failure="", next_try_at=timezone.now()
    )


def _next_due(*, leaving_out):
    due = Mail.objects.filter(
        sent_at=None, next_try_at__lte=timezone.now(), tries__lt=MOST_TRIES
    ).exclude(pk__in=leaving_out)
    return due.order_by("pk").values_list("pk", flat=True).first()


@transaction.atomic
def _deliver(pk):
    skip_locked = connection.features.has_select_for_update_skip_locked
    rows = Mail.objects.select_for_update(skip_locked=skip_locked)
    mail = rows.filter(pk=pk, sent_at=None).first()
    if mail is None:
        return
    mail.tries += 1
    try:
        _message(mail).send()
    except Exception as failure:  # noqa: BLE001  # whatever a mail server raises, it is tried again
        logger.warning("mail %s could not be sent: %r", pk, failure)
        mail.failure = repr(failure)[:500]
        mail.next_try_at = timezone.now() + dt.timedelta(minutes=2**mail.tries)
    else:
        mail.sent_at, mail.failure = timezone.now(), ""
    mail.save(update_fields=["tries", "failure", "next_try_at", "sent_at"])


def _message(mail):
    message = EmailMultiAlternatives(
        mail.subject,
        mail.body,
        mail.sender or None,
        [mail.recipient],
        connection=get_connection(settings.OUTBOX_DELIVERY_BACKEND, timeout=10),
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
