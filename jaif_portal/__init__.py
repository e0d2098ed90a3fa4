"""The ground floor: settings, wiring by name, and what both apps stand on."""

from .celery import app as celery_app

__all__ = ["celery_app"]
