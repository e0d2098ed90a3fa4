"""PostgreSQL, Redis, and everything secret from the environment. Refuses to start half-set."""

from pathlib import Path

import environ

from .base import *  # noqa: F403  # settings are layered by star import, as Django's docs do
from .base import STATIC_ROOT, env
from .files import private_files

SECRET_KEY_LENGTH = 50

DEBUG = False
SECRET_KEY = env("SECRET_KEY")
if len(SECRET_KEY) < SECRET_KEY_LENGTH:
    raise environ.ImproperlyConfigured(
        f"SECRET_KEY must have at least {SECRET_KEY_LENGTH} characters."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORTAL_URL = env("PORTAL_URL")

DATABASES = {
    "default": env.db("DATABASE_URL")
    | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": True}
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise environ.ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")

REDIS_URL = env("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

vars().update(env.email_url("EMAIL_URL"))
OUTBOX_DELIVERY_BACKEND = vars()["EMAIL_BACKEND"]
EMAIL_BACKEND = "jaif_portal.mail.OutboxBackend"

STATIC_ROOT = env.path("STATIC_ROOT", default=STATIC_ROOT)
ATTACHMENTS_DIR = Path(env("ATTACHMENTS_DIR")).resolve()
if ATTACHMENTS_DIR.is_relative_to(Path(str(STATIC_ROOT)).resolve()):
    raise environ.ImproperlyConfigured("ATTACHMENTS_DIR must lie outside STATIC_ROOT.")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": private_files(ATTACHMENTS_DIR),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
