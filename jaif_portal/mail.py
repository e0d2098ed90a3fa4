"""Django's mail goes into the outbox, so that a mail server that is down harms no request."""

import uuid

from django.core.mail.backends.base import BaseEmailBackend

from .models import Mail


class OutboxBackend(BaseEmailBackend):
    """Write each message as a row for every recipient; a worker delivers it after the commit."""

    def send_messages(self, email_messages):
        rows = [
            Mail(
                key=f"{uuid.uuid4()}",
                recipient=recipient,
                subject=message.subject,
                body=message.body,
                html=_html(message),
                sender=message.from_email,
            )
            for message in email_messages
            for recipient in message.recipients()
        ]
        Mail.objects.bulk_create(rows)
        return len(email_messages)


def _html(message):
    alternatives = getattr(message, "alternatives", [])
    return next((part for part, mimetype in alternatives if mimetype == "text/html"), "")
