"""Settings of the test suite: SQLite, or PostgreSQL and Redis where the environment names them."""

import os

from .base import *  # noqa: F403  # settings are layered by star import, as Django's docs do
from .base import CELERY_BROKER_TRANSPORT_OPTIONS, VAR_DIR, env
from .sqlite import sqlite

# WhiteNoise warns about a missing directory, and warnings are errors here.
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)

SECRET_KEY = "tests-have-nothing-to-hide-0123456789-0123456789-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Two runs at the same time share nothing: the first process of a run names it, and the others
# inherit the name. pytest-django adds the worker to the database's name, we to the broker's keys.
RUN = os.environ.setdefault("JAIF_TEST_RUN", str(os.getpid()))
WORKER = env("PYTEST_XDIST_WORKER", default="")

if "DATABASE_URL" in env:
    DATABASES = {"default": env.db("DATABASE_URL")}
    DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_{RUN}"}
else:
    (VAR_DIR / "test").mkdir(exist_ok=True)
    DATABASES = {
        "default": sqlite(VAR_DIR / "test" / "unused.sqlite3")
        | {"TEST": {"NAME": VAR_DIR / "test" / f"{RUN}.sqlite3"}}
    }

# Tasks run where they are called, on every database alike. A test of a real worker starts it, and
# what sends tasks to it, with CELERY_EAGER=false.
REDIS_URL = env("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {
    "global_keyprefix": f"test-{RUN}-{WORKER}-"
}
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_EAGER", default=True)
CELERY_TASK_EAGER_PROPAGATES = True

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "attachments": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
OUTBOX_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False
