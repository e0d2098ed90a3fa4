"""One machine, no server to install: SQLite and the embedded broker under ``var/``."""

from .base import *  # noqa: F403  # settings are layered by star import, as Django's docs do
from .base import (
    ATTACHMENTS_DIR,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    INSTALLED_APPS,
    VAR_DIR,
    env,
)
from .embedded import file_transport, socket_path, valkey_server
from .files import private_files
from .sqlite import sqlite

VAR_DIR.mkdir(parents=True, exist_ok=True)

# Where the demo listens. An address that means "all of this machine" is no address to visit.
DEMO_HOST = env("HOST", default="127.0.0.1")
DEMO_PORT = env("PORT", default="8000")
_VISITED = "localhost" if DEMO_HOST in {"127.0.0.1", "0.0.0.0", "::", "::1"} else DEMO_HOST  # noqa: S104  # compared, not bound
PORTAL_URL = env("PORTAL_URL", default=f"http://{_VISITED}:{DEMO_PORT}")

DEBUG = False
SECRET_KEY = "demo-data-only-and-therefore-no-secret-at-all-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["*"]

DATABASES = {"default": sqlite(VAR_DIR / "demo.sqlite3")}

BROKER_DIR = VAR_DIR / "broker"
BROKER_BINARY = None if env("JAIF_BROKER", default="") == "files" else valkey_server()
BROKER_SOCKET = socket_path(VAR_DIR, "broker.sock")
SUPERVISOR_SOCKET = socket_path(VAR_DIR, "supervisor.sock")
if BROKER_BINARY:
    CELERY_BROKER_URL = f"redis+socket://{BROKER_SOCKET}"
else:
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | file_transport(BROKER_DIR)

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": private_files(ATTACHMENTS_DIR),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
INSTALLED_APPS = ["whitenoise.runserver_nostatic", *INSTALLED_APPS]

OUTBOX_DELIVERY_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEMO_MAILBOX = True
