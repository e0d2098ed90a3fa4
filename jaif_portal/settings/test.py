"""Settings of the test suite: SQLite, or PostgreSQL and Redis where the environment names them."""

from .base import *  # noqa: F403  # settings are layered by star import, as Django's docs do
from .base import VAR_DIR, env
from .sqlite import sqlite

# WhiteNoise warns about a missing directory, and warnings are errors here.
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)

SECRET_KEY = "tests-have-nothing-to-hide-0123456789-0123456789-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if "DATABASE_URL" in env:
    DATABASES = {"default": env.db("DATABASE_URL")}
else:
    DATABASES = {
        "default": sqlite(VAR_DIR / "test.sqlite3")
        | {"TEST": {"NAME": VAR_DIR / "test-suite.sqlite3"}}
    }

REDIS_URL = env("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_EAGER_PROPAGATES = True

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
OUTBOX_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False
