"""Celery's way in: a task finds its rows and calls one flow."""

from celery import shared_task

from jaif_portal import clock

from .flows.cases import check_open_cases


@shared_task(name="onboarding.check_cases")
def check_cases():
    check_open_cases(at=clock.now())
