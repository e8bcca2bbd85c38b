"""What every page knows beside its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from shuren.kernel.i18n import CHINESE, ENGLISH, current_language, pick
from shuren.kernel.i18n import gettext as _
from shuren.service.messages import unread
from shuren.trust.queries import may

THEME_COOKIE = "shuren_theme"
THEMES = ("auto", "light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """site_name, demo, language, other_language, theme, next_theme, nav, account, unread, here."""
    language = current_language()
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    theme = theme if theme in THEMES else "auto"
    return {
        "site_name": site_name(),
        "demo": settings.SITE_SETTINGS.demo,
        "language": language,
        "other_language": _other_language(language),
        "theme": theme,
        "next_theme": _next_theme(theme),
        "nav": _nav(request),
        "account": _account(request),
        "unread": _unread(request),
        "here": request.get_full_path() if request.method == "GET" else request.path,
    }


def site_name() -> str:
    names = settings.SITE_SETTINGS
    return pick({"zh": names.name_zh, "en": names.name_en})


def _other_language(language: str) -> dict[str, str]:
    if language == ENGLISH:
        return {"code": CHINESE, "tag": "zh-Hans", "label": "中文"}
    return {"code": ENGLISH, "tag": "en", "label": "English"}


def _next_theme(theme: str) -> dict[str, str]:
    following = THEMES[(THEMES.index(theme) + 1) % len(THEMES)]
    labels = {
        "auto": (_("Follow the system's light or dark"), "auto"),
        "light": (_("Light pages"), "sun"),
        "dark": (_("Dark pages"), "moon"),
    }
    label, icon = labels[following]
    return {"id": following, "label": label, "icon": icon}


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    """Only what exists, and only what the role may open."""
    entries = [
        (_("Find"), "find"),
        (_("Services"), "services"),
        (_("Spaces"), "spaces"),
        (_("My library"), "my"),
    ]
    actor = getattr(request, "actor", None)
    if actor is not None and may(actor, "workbench.open"):
        entries.append((_("Workbench"), "workbench:today"))
    nav = []
    for label, name in entries:
        url = reverse(name)
        nav.append(
            {
                "label": label,
                "url": url,
                "current": request.path.startswith(url),
                "exact": request.path == url,
            }
        )
    return nav


def _unread(request: HttpRequest) -> int:
    """Messages of whoever is signed in that were not read."""
    actor = getattr(request, "actor", None)
    user = getattr(request, "user", None)
    return unread(actor) if actor is not None and user is not None and user.is_authenticated else 0


def _account(request: HttpRequest) -> dict[str, str] | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return {"name": user.display_name or user.get_username(), "role": user.role}
