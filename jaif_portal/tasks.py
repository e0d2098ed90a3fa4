"""Celery's way in: a task finds its rows and calls one flow."""

from celery import shared_task

from .flows.idempotency import forget_expired_keys
from .flows.outbox import deliver_mail as deliver_outbox


@shared_task(name="jaif_portal.deliver_mail")
def deliver_mail():
    deliver_outbox()


@shared_task(name="jaif_portal.forget_expired")
def forget_expired():
    forget_expired_keys()
