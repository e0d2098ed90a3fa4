"""The Celery application; its tasks are found in the installed apps by name."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jaif_portal.settings.demo")

app = Celery("jaif_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
