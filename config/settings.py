"""All settings, from the environment and `.env`; a wrong or missing one stops the start."""

import os
import sys
import tempfile
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from config.environment import (
    read_choice,
    read_credential_keys,
    read_database,
    read_email,
    read_flag,
    read_hosts,
    read_number,
    read_secret_key,
    read_secrets,
    read_url,
    read_zone,
)

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(env.str("ENV_FILE", str(BASE_DIR / ".env")))
TESTING = "pytest" in sys.modules

# --- what this installation is ---
DEBUG = read_flag(env, "DEBUG", False)
ENVIRONMENT = read_choice(env, "ENVIRONMENT", "development", "production staging development demo")
SECRET_KEY = read_secret_key(env, testing=TESTING)
CREDENTIAL_KEYS = read_credential_keys(env, testing=TESTING)
BASE_URL = read_url(env, "BASE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = read_hosts(env, "ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
IS_HTTPS = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if IS_HTTPS else []
TRUSTED_PROXIES = read_number(env, "TRUSTED_PROXIES", 0)
ADMIN_EMAILS = env.list("ADMIN_EMAILS", default=[])
ADMINS = [("Staff", address) for address in ADMIN_EMAILS]
EMAIL_SUBJECT_PREFIX = "[Crossdock] "

# --- how we call out ---
SANDBOX_URL = read_url(env, "SANDBOX_URL", "")
ALLOW_PRIVATE_HOSTS = read_flag(env, "ALLOW_PRIVATE_HOSTS", False)
if SANDBOX_URL and not ALLOW_PRIVATE_HOSTS:
    raise ImproperlyConfigured(
        "SANDBOX_URL is set but ALLOW_PRIVATE_HOSTS is not: the sandbox is a private host. "
        "Set ALLOW_PRIVATE_HOSTS=1, or remove SANDBOX_URL to call the real providers."
    )
HTTP_CONNECT_TIMEOUT_S = read_number(env, "HTTP_CONNECT_TIMEOUT_S", 3.0)
HTTP_READ_TIMEOUT_S = read_number(env, "HTTP_READ_TIMEOUT_S", 15.0)
HTTP_DEADLINE_S = read_number(env, "HTTP_DEADLINE_S", 30.0)
CONFIRM_AFTER_S = read_number(env, "CONFIRM_AFTER_S", 60)
BREAKER_COOL_S = read_number(env, "BREAKER_COOL_S", 120)
RUN_LEASE_S = read_number(env, "RUN_LEASE_S", 180, least=10)
SHOPIFY_API_KEY = env.str("SHOPIFY_API_KEY", "")
SHOPIFY_API_SECRET, SHOPIFY_API_OLD_SECRET = read_secrets(env, "SHOPIFY_API_SECRET")
# How long a replaced client secret still counts for what comes in, signed before the change.
OLD_SECRET_HOURS = read_number(env, "OLD_SECRET_HOURS", 24)
SHOPIFY_SCOPES = env.str("SHOPIFY_SCOPES", "")
# For the first connection to the ERP: `manage.py connect sellercloud erp` takes them from here.
SELLERCLOUD_BASE_URL = read_url(env, "SELLERCLOUD_BASE_URL", "", https=True)
SELLERCLOUD_USERNAME = env.str("SELLERCLOUD_USERNAME", "")
SELLERCLOUD_PASSWORD = env.str("SELLERCLOUD_PASSWORD", "")
STRIPE_ACCOUNT = env.str("STRIPE_ACCOUNT", "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_KEY = env.str("STRIPE_API_KEY", "")

# --- Django ---
INSTALLED_APPS = [
    "config.adminkit",
    "config.adminkit.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_q",
    "import_export",
    "ninja",
    "integrations.apps.IntegrationsConfig",
    "catalog.apps.CatalogConfig",
    "inventory.apps.InventoryConfig",
    "orders.apps.OrdersConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.adminkit.headers.PermissionsPolicy",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.adminkit.zones.OwnTimeZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "admin:login"
LANGUAGE_CODE = "en-us"
USE_TZ = True
TIME_ZONE = read_zone(env, "TIME_ZONE", "UTC")
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Without `collectstatic` files are looked up per request: fine on one machine, slow on a busy one.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not STATIC_ROOT.is_dir()
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- database ---
# One process kind per entry point: an ASGI process must not keep connections, the others should.
PROCESS = env.str("CROSSDOCK_PROCESS", "web")
DATABASES = {"default": read_database(env, f"sqlite:///{BASE_DIR / 'crossdock.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 0 if PROCESS == "asgi" else 600
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE is what makes several processes safe: writers queue at BEGIN, where the
        # time-out works, instead of failing at the first write.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
        "PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY;PRAGMA journal_size_limit=67108864;",
    }
    # Threads that share an in-memory database have no lock time-out: tests get a file of their own.
    _TEST_FILE = Path(tempfile.gettempdir()) / f"crossdock-test-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(_TEST_FILE)}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = PROCESS != "cluster"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "local"},
}
if _REDIS_URL := env.str("REDIS_URL", ""):
    if not _REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(f"REDIS_URL is {_REDIS_URL!r}: write redis://host:6379/0.")
    CACHES["default"] = {
        "BACKEND": "config.cache.SpareRedisCache",
        "LOCATION": _REDIS_URL,
    }

# --- workers: the queue only wakes work up, our rows are the truth ---
Q_CLUSTER = {
    "name": "crossdock",
    "orm": "default",
    "broker_class": "integrations.broker.OrderedQueue",
    "cache": "local",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "poll": 0.3,
    "timeout": 120,
    "retry": 900,
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "save_limit": 0,
    "recycle": 200,
    "max_rss": 400_000,
    "time_zone": "UTC",
    "log_level": "INFO",
    "ALT_CLUSTERS": {"flows": {"workers": 1, "queue_limit": 1, "timeout": 1800, "retry": 7200}},
}

# A cluster whose heartbeat job, sent every minute, is older than this hangs: it is restarted.
WORKER_SILENT_S = read_number(env, "WORKER_SILENT_S", 300, least=5)

# --- mail ---
vars().update(read_email(env))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Crossdock <orders@crossdock.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- security ---
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS and read_flag(env, "SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]

# --- logs ---
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "integrations.redaction.RedactSecrets"}},
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["redact"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django-q": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "mail.log": {"level": "WARNING"},
        # A mistyped link or a refused page is an answer, not an incident.
        "django.request": {"level": "ERROR"},
    },
}
