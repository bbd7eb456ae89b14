"""Settings. What differs between machines comes from the environment; the defaults run from a bare checkout."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from django.core.exceptions import ImproperlyConfigured

from proctor_site import logs
from proctor_site.account_settings import *  # noqa: F403
from proctor_site.env import envbool, envchoice, envint, envlist, envnetworks, envstr
from proctor_site.mail import mail_settings
from proctor_site.storage import file_storage
from proctor_site.unfold import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(envstr("PROCTOR_DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # pictures of people: nobody else on this machine reads it


def secret_key() -> str:
    """The configured key, or one made for this installation alone and kept readable by its owner only."""
    configured = envstr("PROCTOR_SECRET_KEY", "")
    if configured:
        return configured
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text().strip()


def keep_to_owner(file: Path) -> None:
    """Made readable by its owner only, before SQLite makes it readable by everybody; its journals take after it."""
    if file.parent.is_dir():
        file.touch(mode=0o600)


def database(url: str) -> dict[str, Any]:
    """``sqlite:///path`` or ``postgres://user:password@host:port/name`` as Django wants it."""
    parts = urlparse(url)
    if parts.scheme == "sqlite":
        keep_to_owner(Path(unquote(parts.path)))
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path),
            "OPTIONS": {
                # Readers never wait for the writer, and a writer waits its turn instead of failing. FULL: what was
                # acknowledged is on the disk. NORMAL, with WAL, may lose the last answers when the power goes.
                # Half a megabyte of pages a thread, not two: each write of another thread empties them anyway, and the
                # memory of all threads together grew by a tenth while they filled.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-512;",
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
            },
            # Tests too use a file: in memory, a second thread is refused ("table is locked") where here it waits.
            "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")},
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            # Where its machine vanishes without a word, the system would wait minutes for what was sent to arrive, and
            # hours for an answer; candidates would wait with it.
            "OPTIONS": {
                "connect_timeout": 5,  # seconds
                "tcp_user_timeout": 10_000,  # milliseconds
                "keepalives_idle": 5,  # seconds without an answer after which it is asked whether it is there
                "keepalives_interval": 2,
            },
            "CONN_MAX_AGE": 600,  # requests share a few threads (proctor_site.handler), which keep theirs open
            "CONN_HEALTH_CHECKS": True,  # or the first request of each after PostgreSQL restarted would fail
        }
    raise ImproperlyConfigured(f"PROCTOR_DATABASE must begin with sqlite:/// or postgres://, not “{parts.scheme}:”.")


SECRET_KEY = secret_key()
DEBUG = envbool("PROCTOR_DEBUG", False)
ALLOWED_HOSTS = envlist("PROCTOR_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = envlist("PROCTOR_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "daphne",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "proctor_site.apps.ProctorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "channels",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "exams",
    "proctoring",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "proctor_site.health.health_pages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "exams.accounts.middleware.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "proctor_site.urls"
ASGI_APPLICATION = "proctor_site.asgi.application"
AUTH_USER_MODEL = "exams.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "proctor_site.icons.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # fields as pages: their icons are hidden, too

# How many requests are worked on at once, the rest wait: as many connections to the database a process has for pages.
PROCTOR_THREADS = envint("PROCTOR_THREADS", 6, minimum=1)
PROCTOR_ANSWER_THREADS = envint("PROCTOR_ANSWER_THREADS", 4, minimum=1)
DATABASES = {"default": database(envstr("PROCTOR_DATABASE", f"sqlite:///{DATA_DIR / 'db.sqlite3'}"))}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = "proctor_site.formats"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"  # never served: every file goes through a view that asks who is looking
STORAGES = {
    "default": file_storage(envstr("PROCTOR_STORAGE", "")),
    "staticfiles": {
        "BACKEND": "proctor_site.static.ModuleManifestStorage"
        if envbool("PROCTOR_STATIC_MANIFEST", True)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# With Redis several web processes, on one machine or many, are one site: they share messages, limits and live pictures.
PROCTOR_REDIS = envstr("PROCTOR_REDIS", "")
if PROCTOR_REDIS:
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "proctor_site.channel_layer.SteadyRedisChannelLayer",
            "CONFIG": {"hosts": [PROCTOR_REDIS]},
        }
    }
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "proctor_site.redis_cache.SteadyRedisCache",
            "LOCATION": PROCTOR_REDIS,
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "proctor_site.local_layer.LocalChannelLayer"}}
    # Beyond 300 entries, Django's default, limits of how often one may ask would be forgotten at random.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }

# Without a broker, tasks run in this process, outside any request (proctor_site.background).
CELERY_BROKER_URL = envstr("PROCTOR_BROKER", "")
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json", "msgpack"]  # msgpack carries the pictures of frames as bytes
# A broker that is away is noticed soon, and said, instead of being waited for.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_WORKER_CONSUMER = "proctor_site.celery_consumer.SteadyConsumer"
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 120.0  # loading the models takes longer than the 4 s after which Celery kills
CELERY_BEAT_SCHEDULE = {
    "purge": {"task": "proctoring.tasks.purge", "schedule": 3600.0},
    "end-overdue": {"task": "proctoring.tasks.end_overdue", "schedule": 60.0},
    "move-waiting-pictures": {"task": "proctoring.tasks.move_waiting_pictures", "schedule": 30.0},
    "deliver-webhooks": {"task": "exams.tasks.deliver_webhooks", "schedule": 5.0},
    "forget-question-files": {"task": "exams.tasks.forget_question_files", "schedule": 3600.0},
    "forget-rosters": {"task": "exams.tasks.forget_rosters", "schedule": 3600.0},
    "forget-webhooks": {"task": "exams.tasks.forget_webhooks", "schedule": 3600.0},
    "send-invitations": {"task": "exams.tasks.send_invitations", "schedule": 600.0},
    "forget-failed-sign-ins": {"task": "exams.tasks.forget_failed_sign_ins", "schedule": 3600.0},
}
for entry in CELERY_BEAT_SCHEDULE.values():
    entry["options"] = {"expires": entry["schedule"]}  # while no worker is there, turns are missed, not piled up

# Longer without any process that serves, and it was an outage: candidates get that time back (exams.services.outages).
PROCTOR_OUTAGE_SECONDS = envint("PROCTOR_OUTAGE_SECONDS", 15, minimum=2)

globals().update(mail_settings(envstr("PROCTOR_EMAIL_URL", "console:")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = envstr("PROCTOR_EMAIL_FROM", "Exams <noreply@localhost>")

HTTPS = envbool("PROCTOR_HTTPS", False)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked for inside, past the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if envbool("PROCTOR_BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Strict for everyone; the admin loosens it for itself (its theme needs unsafe-eval), see proctoring.admin.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "worker-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "media-src": ["'self'", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "exams.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "exams.api.authentication.ScopeAllows",
    ],
    "DEFAULT_METADATA_CLASS": None,  # the description says what OPTIONS would
    "DEFAULT_SCHEMA_CLASS": "exams.api.schema.Schema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["exams.api.parsers.JSONParser"],
    "UNICODE_JSON": False,  # an error may quote half a surrogate pair, which is no UTF-8
    "EXCEPTION_HANDLER": "exams.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Exams and proctoring",
    "DESCRIPTION": (
        "What an institution automates: exams, questions, rosters, attempts, results, sessions under watch, events, "
        "exports.\n\n"
        "* **Signing in**: a key from *API keys* in the administration, as `Authorization: Bearer proctor_…`. It may "
        "what its owner may, or only read. A browser that is signed in needs none; “Authorize” takes a key.\n"
        "* **Roles**: what your roles at the exam's institution do not let you see is answered 404, what they let "
        "you see but not change 403.\n"
        '* **Errors** are `{"code", "message", "field"}`: programs read the code, people the message.\n'
        "* **Lists** come 50 rows a page; `page_size` up to 200.\n"
        "* **Limits**: 600 requests a minute; then 429 with `Retry-After`."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},  # its links would lie within buttons, out of screen readers' sight
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "QuestionKind": "exams.models.Question.Kind",
        "SessionKind": "proctoring.models.Session.Kind",
        "TimeChangeKind": "exams.models.TimeChange.Kind",
        "TimeChangeReason": "exams.models.TimeChange.Reason",
        "StopReason": "proctoring.models.ProctorAction.Reason",
        "ReviewOutcome": "proctoring.models.SessionReview.Outcome",
        "RosterOutcome": "exams.services.rosters.Outcome",
        "ExamState": "exams.models.Exam.State",
        "ExportFormat": "proctoring.models.Export.Format",
        "RuleName": "proctoring.risk.policy.DEFAULT_RULES",
        "QuestionFileFormat": "exams.api.staff.question_files.FORMAT_NAMES",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": logs.FORMATS[envchoice("PROCTOR_LOG_FORMAT", "text", logs.FORMATS)]}},
    "filters": {"refusals": {"()": logs.Refusals}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": envstr("PROCTOR_LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": []},  # of its own it mails tracebacks, with what people typed, and repeats the console
        "django.request": {"filters": ["refusals"]},
        "daphne": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "axes": {"level": "WARNING"},  # says that somebody failed, never who
        # A line each for every task that comes and that is done: two for each picture of everybody.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        # Celery's processes, as when one is killed; it hands nothing on to the root.
        "multiprocessing": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}

# ---- Watching ----
PROCTOR_ANALYSIS = envchoice("PROCTOR_ANALYSIS", "local", ("local", "celery"))  # where frames are looked at
if PROCTOR_ANALYSIS == "celery" and not (PROCTOR_REDIS and CELERY_BROKER_URL):
    raise ImproperlyConfigured(
        "PROCTOR_ANALYSIS=celery needs PROCTOR_REDIS and PROCTOR_BROKER, such as redis://host/0."
    )
PROCTOR_WORKERS = envint("PROCTOR_WORKERS", 0)  # analysis processes; 0: one a core
# Head and eyes are measured anew only where a glance does not show them as they were.
PROCTOR_GLANCES = envbool("PROCTOR_GLANCES", True)
PROCTOR_PHONE_WEIGHTS = envstr(
    "PROCTOR_PHONE_WEIGHTS", str(BASE_DIR / "proctoring" / "vision" / "weights" / "phone-v7.pt")
)
PROCTOR_PHONE_WEIGHTS_URL = envstr("PROCTOR_PHONE_WEIGHTS_URL", "")  # asked only when the file above is missing
PROCTOR_PHONE_SIZE = envint("PROCTOR_PHONE_SIZE", 320, minimum=32)  # pixels of the longer side of what it sees
PROCTOR_PHONE_INT8 = envbool("PROCTOR_PHONE_INT8", True)  # the weights' copy in eight bits, where there is one
PROCTOR_UNSAVED_DIR = DATA_DIR / "unsaved"  # what waits for the database while that is away
PROCTOR_MODELS_DIR = DATA_DIR / "models"  # exported models are cached here
PROCTOR_BASE_URL = envstr("PROCTOR_BASE_URL", "http://127.0.0.1:8000")  # for links made outside a request
PROCTOR_PDF_FONTS = envlist("PROCTOR_PDF_FONTS", [])  # TrueType files for scripts that DejaVu lacks
PROCTOR_MAX_FRAME_BYTES = 256 * 1024
PROCTOR_WORKER_TIMEOUT_SECONDS = envint("PROCTOR_WORKER_TIMEOUT_SECONDS", 10, minimum=2)
PROCTOR_METRICS_TOKEN = envstr("PROCTOR_METRICS_TOKEN", "")  # opens /metrics to other machines

# ---- Webhooks ----
PROCTOR_WEBHOOK_NETWORKS = envnetworks("PROCTOR_WEBHOOK_NETWORKS")  # private networks they may reach
