"""What every way of running the portal has in common."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()

# Everything written while running: the demo's database, broker and logs, and test databases.
VAR_DIR = Path(env("JAIF_VAR", default=str(BASE_DIR / "var"))).resolve()

INSTALLED_APPS = [
    "jaif_portal",
    "onboarding",
    "allocations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rules",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jaif_portal.api.throttling.RateLimitMiddleware",
]

ROOT_URLCONF = "jaif_portal.urls"
WSGI_APPLICATION = "jaif_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "jaif_portal.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# People
AUTH_USER_MODEL = "onboarding.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "jaif_portal.backends.SignInBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_ADAPTER = "onboarding.adapters.AccountAdapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "onboarding.forms.SignupForm"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "JAIF Access Portal"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "allocations:home"
LOGOUT_REDIRECT_URL = "allocations:home"

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
FORMAT_MODULE_PATH = ["jaif_portal.formats"]

# Files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"

# What people attach to proposals: never under what a web server serves.
ATTACHMENTS_DIR = VAR_DIR / "attachments"
# The scanner to ask about each file, by name: a callable that answers with what it found.
ATTACHMENT_SCANNER = env("ATTACHMENT_SCANNER", default="")
CLAMD_ADDRESS = env("CLAMD_ADDRESS", default="/run/clamav/clamd.ctl")

# Mail: every message becomes a row of the outbox; a worker delivers it.
EMAIL_BACKEND = "jaif_portal.mail.OutboxBackend"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="JAIF Access Portal <portal@jaif.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
OUTBOX_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
PORTAL_URL = env("PORTAL_URL", default="http://localhost:8000")

# The mailbox page shows every mail to everybody: only the demo turns it on.
DEMO_MAILBOX = False

# Celery: the database is the truth and a task is a hint, so a lost or doubled one is harmless.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "allocations.advance_*": {"queue": "simulation"},
    "allocations.forecast_*": {"queue": "forecasts"},
    "jaif_portal.deliver_*": {"queue": "mail"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"expires": 5 * seconds}}
    for name, seconds in {
        "allocations.advance_partitions": 2.0,
        "allocations.keep_deadlines": 2.0,
        "allocations.keep_drafts": 60.0,
        "allocations.clear_attachments": 3600.0,
        "allocations.activate_allocations": 2.0,
        "allocations.check_ledger": 600.0,
        "allocations.fold_jobs": 60.0,
        "allocations.forget_ticks": 3600.0,
        "allocations.forecast_partitions": 30.0,
        "allocations.forget_forecasts": 3600.0,
        "allocations.sum_up_waits": 60.0,
        "onboarding.check_cases": 5.0,
        "jaif_portal.deliver_mail": 2.0,
        "jaif_portal.forget_expired": 3600.0,
    }.items()
}

# What the health page tells beside "ok", by name: the ground floor knows no app.
HEALTH_REPORTS = ["allocations.flows.checks.health", "allocations.flows.ticks.health"]

# What a monitoring system is told, by name, and the token with which it may ask.
METRICS_REPORTS = ["allocations.flows.metrics.queues"]
METRICS_TOKEN = env("METRICS_TOKEN", default="")

# REST
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "jaif_portal.api.authentication.TokenAuthentication",
        "jaif_portal.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "jaif_portal.api.permissions.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["jaif_portal.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "jaif_portal.api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["jaif_portal.api.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "jaif_portal.api.schema.PortalSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "jaif_portal.api.throttling.AnonymousThrottle",
        "jaif_portal.api.throttling.PersonThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env("API_RATE_ANON", default="60/min"),
        "user": env("API_RATE_USER", default="1200/min"),
    },
    "EXCEPTION_HANDLER": "jaif_portal.api.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "JAIF Access Portal",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AttachmentContentType": "allocations.models.ContentType",
        "AttachmentKind": "allocations.models.AttachmentKind",
        "Device": "allocations.models.Device",
        "Workload": "allocations.models.Workload",
        "AccountingMode": "allocations.models.AccountingMode",
        "AllocationState": "allocations.models.AllocationState",
        "Availability": "allocations.models.Availability",
        "CallState": "allocations.models.CallState",
        "ClosureKind": "allocations.models.ClosureKind",
        "ClosureState": "allocations.models.ClosureState",
        "CaseState": "onboarding.models.CaseState",
        "CaseStepKind": "onboarding.models.StepKind",
        "CaseStepOwner": "onboarding.models.StepOwner",
        "Enforcement": "allocations.models.Enforcement",
        "HourUnit": "allocations.models.HourUnit",
        "Purpose": "allocations.models.Purpose",
        "EvaluationStepKind": "allocations.models.StepKind",
        "EvaluationStepState": "allocations.models.StepState",
        "ExhaustionPolicy": "allocations.models.ExhaustionPolicy",
        "JobState": "allocations.models.JobState",
        "ObligationKind": "allocations.models.ObligationKind",
        "ObligationState": "allocations.models.ObligationState",
        "OrganisationType": "onboarding.models.OrganisationType",
        "PendingReason": "allocations.models.PendingReason",
        "ProjectRole": "allocations.models.ProjectRole",
        "ProposalState": "allocations.models.ProposalState",
        "SchedulingPolicy": "allocations.models.Partition.Policy",
        "Sector": "allocations.models.Sector",
        "StepOutcome": "allocations.models.StepOutcome",
        "TermsKind": "onboarding.models.Terms.Kind",
    },
}

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO")},
}
