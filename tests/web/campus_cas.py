"""A real CAS server (django-cas-server) in a process of its own: `python campus_cas.py FOLDER`.

Prints its port when it listens. Two people of an invented campus; any service on this machine.
"""

import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

FOLDER = Path(sys.argv[1]) if __name__ == "__main__" else Path()
PEOPLE = {
    "20230001": {"affiliation": ["student", "member"], "card": "20230001", "cn": "王小明"},
    "visiting": {"affiliation": ["guest"]},
}
PASSWORD = "campus-password"


class Campus:
    """What django-cas-server asks about a person; see its cas_server.auth.AuthUser."""

    def __init__(self, username: str) -> None:
        self.username = username

    def test_password(self, password: str) -> bool:
        return self.username in PEOPLE and password == PASSWORD

    def attributs(self) -> dict[str, object]:
        return dict(PEOPLE.get(self.username, {}))


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        return


class Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def main() -> None:
    sys.modules["cas_server_of_the_tests"] = sys.modules["__main__"]
    from django.conf import settings

    settings.configure(
        SECRET_KEY="a key of the tests",
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
            "django.contrib.messages", "cas_server",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        ROOT_URLCONF="cas_server.urls",
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]},
        }],
        DATABASES={"default": {
            "ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "cas.sqlite3",
            "OPTIONS": {"timeout": 20},
        }},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        STATIC_URL="/static/",
        USE_TZ=True,
        CAS_AUTH_CLASS="cas_server_of_the_tests.Campus",
        CAS_NEW_VERSION_JSON_URL="",
        CAS_NEW_VERSION_HTML_WARNING=False,
        CAS_NEW_VERSION_EMAIL_WARNING=False,
        CAS_ENABLE_AJAX_AUTH=False,
    )  # fmt: skip
    import django

    django.setup()
    from cas_server.models import ServicePattern
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, re_path

    urls = type(sys)("cas_urls")
    urls.urlpatterns = [re_path("", include("cas_server.urls", namespace="cas_server"))]
    sys.modules["cas_urls"] = urls
    settings.ROOT_URLCONF = "cas_urls"
    call_command("migrate", verbosity=0)
    pattern = ServicePattern.objects.create(
        pos=1, name="library", pattern=r"^http://(localhost|127\.0\.0\.1|testserver)[:/].*$",
        single_log_out=True,
    )  # fmt: skip
    for name in ("affiliation", "card", "cn"):
        pattern.attributs.create(name=name)
    server = make_server(
        "127.0.0.1", 0, get_wsgi_application(), server_class=Threaded, handler_class=Quiet
    )
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
