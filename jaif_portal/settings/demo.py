"""One machine, no server to install: SQLite and the embedded broker under ``var/``."""

from .base import *  # noqa: F403  # settings are layered by star import, as Django's docs do
from .base import INSTALLED_APPS, VAR_DIR, env
from .sqlite import sqlite

VAR_DIR.mkdir(exist_ok=True)

DEBUG = False
SECRET_KEY = "demo-data-only-and-therefore-no-secret-at-all-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["*"]

DATABASES = {"default": sqlite(VAR_DIR / "demo.sqlite3")}

BROKER_SOCKET = VAR_DIR / "broker.sock"
CELERY_BROKER_URL = f"redis+socket://{BROKER_SOCKET}"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
INSTALLED_APPS = ["whitenoise.runserver_nostatic", *INSTALLED_APPS]

OUTBOX_DELIVERY_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEMO_MAILBOX = True
PORTAL_URL = env("PORTAL_URL", default="http://localhost:8000")
