"""Django's settings, made from the site's (shuren.kernel.settings). Nothing is set by hand here
that a library should decide; nothing is written except the site's first secret key."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from shuren.kernel.keyfiles import key_text
from shuren.kernel.settings import SiteSettings, read_settings
from shuren.kernel.site import Site, open_site

PACKAGE = Path(__file__).parent

# The site and its settings, for everything that has Django but no site at hand.
SITE: Site = open_site()
SITE_SETTINGS: SiteSettings = read_settings(SITE)


def _sqlite(site: Site) -> dict[str, Any]:
    """SQLite that waits instead of failing when several processes write at once."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": site.database,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
        # A file, as in life: the in-memory default locks and shares differently.
        "TEST": {"NAME": site.data / "test.sqlite3"},
    }


def _postgresql(url: str) -> dict[str, Any]:
    """The address' query (`?sslmode=require`) goes to the driver; `host` there may be a socket."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _allowed_hosts(settings: SiteSettings) -> list[str]:
    """Names this server answers to: its own machine, where it listens, and its public name.

    Listening on all addresses without a public_url, it cannot know what people call it.
    """
    names = ["localhost", "127.0.0.1", "[::1]"]
    if settings.public_url:
        return [*names, urlsplit(settings.public_url).hostname or ""]
    if settings.host in ("0.0.0.0", "::"):
        return ["*"]
    return [*names, settings.host]


def _static_version() -> str:
    """Changes when any browser part does, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    web = PACKAGE / "web"
    for path in sorted([*web.glob("static/**/*"), *web.glob("vendor/*")]):
        if path.is_file():
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    lock = PACKAGE.parents[1] / "package-lock.json"
    if lock.is_file():
        digest.update(lock.read_bytes())
    return digest.hexdigest()[:10]


SECRET_KEY = key_text(SITE, "django.key")
DEBUG = False
ALLOWED_HOSTS = _allowed_hosts(SITE_SETTINGS)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "shuren.trust",
    "shuren.data",
    "shuren.repository",
    "shuren.service",
    "shuren.management",
    "shuren.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "shuren.web.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shuren.web.middleware.Language",
    "shuren.web.api.middleware.ProblemsOfTheApi",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shuren.web.middleware.KeptByNobody",
    "shuren.web.middleware.CurrentActor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "shuren.web.urls"
WSGI_APPLICATION = "shuren.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shuren.web.context.page",
            ],
        },
    }
]

DATABASES = {
    "default": (
        _postgresql(SITE_SETTINGS.database_url) if SITE_SETTINGS.database_url else _sqlite(SITE)
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "trust.Account"
CSRF_FAILURE_VIEW = "shuren.web.errors.csrf_failed"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
# scrypt first: it costs an attacker memory, not only time. The second still reads old hashes.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = SITE_SETTINGS.language
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "shuren_language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SITE_SETTINGS.https
TIME_ZONE = SITE_SETTINGS.time_zone
USE_TZ = True

STATIC_URL = f"/static/{_static_version()}/"
STATICFILES_FINDERS = [
    "shuren.web.finders.BrowserPartsFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/[0-9a-f]{10}/"

SESSION_ENGINE = "shuren.trust.sessions"
SESSION_COOKIE_NAME = "shuren_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SITE_SETTINGS.https
CSRF_COOKIE_NAME = "shuren_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SITE_SETTINGS.https
CSRF_TRUSTED_ORIGINS = [SITE_SETTINGS.public_url] if SITE_SETTINGS.public_url else []

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SITE_SETTINGS.https else 0
SECURE_SSL_REDIRECT = SITE_SETTINGS.https
X_FRAME_OPTIONS = "DENY"
if SITE_SETTINGS.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Rows mended by hand and small uploads; big files come by `shuren load`.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# Exports sent to the workbench: on disk in the site, never in the machine's own /tmp.
FILE_UPLOAD_HANDLERS = ["shuren.web.uploads.LimitedUpload"]
FILE_UPLOAD_TEMP_DIR = SITE.temporary
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "shuren.kernel.masking.MaskingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Django's own handlers would mail administrators and print unmasked lines.
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
