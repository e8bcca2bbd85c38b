"""What a connector of each kind asks for, and the definition that the answers make.

A page may point a connector at other systems and at folders inside the site, never at other
files of this machine. Passwords are named, not typed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict

from shuren.data import definitions, queries
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.site import Site

# Kind, the source's name, in words. `gettext` is asked when the page is drawn.
KINDS: dict[str, Callable[[], str]] = {
    "folder": lambda: _("A folder that files come to"),
    "sql": lambda: _("A database"),
    "oai": lambda: _("A repository (OAI-PMH)"),
    "counter": lambda: _("Usage reports (COUNTER)"),
    "mqtt": lambda: _("Sensors (MQTT)"),
}
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FIXED = {"oai": "oai_records", "counter": "counter_usage"}


@dataclass(frozen=True)
class Ask:
    """One setting. shape: text, whole, list, secret"""

    name: str
    label: Callable[[], str]
    required: bool = False
    shape: str = "text"
    value: str = ""


_ASKS: dict[str, tuple[Ask, ...]] = {
    "folder": (
        Ask("path", lambda: _("Folder, inside the site"), True, value="incoming"),
        Ask("pattern", lambda: _("Names of its files"), value="*"),
    ),
    "sql": (
        Ask("url", lambda: _("Address, without a password"), True),
        Ask("password", lambda: _("Name of the secret that holds the password"), shape="secret"),
        Ask("table", lambda: _("Table"), True),
        Ask("column", lambda: _("Column that grows")),
    ),
    "oai": (
        Ask("url", lambda: _("Address of the repository"), True),
        Ask("metadata_prefix", lambda: _("Metadata prefix"), value="oai_dc"),
        Ask("sets", lambda: _("Sets, with commas"), shape="list"),
    ),
    "counter": (
        Ask("base_url", lambda: _("Address of the COUNTER API"), True),
        Ask("release", lambda: _("Release"), value="5.1"),
        Ask("customer_id", lambda: _("Customer id"), True),
        Ask("requestor_id", lambda: _("Name of the secret with the requestor id"), shape="secret"),
        Ask("api_key", lambda: _("Name of the secret with the API key"), shape="secret"),
        Ask("reports", lambda: _("Reports, with commas"), shape="list", value="TR, PR"),
    ),
    "mqtt": (
        Ask("broker", lambda: _("Broker"), True),
        Ask("port", lambda: _("Port"), shape="whole", value="1883"),
        Ask("username", lambda: _("User name")),
        Ask("password", lambda: _("Name of the secret that holds the password"), shape="secret"),
        Ask("topic", lambda: _("Topic"), True),
    ),
}


def fields(site: Site, kind: str, posted: QueryDict) -> list[dict[str, Any]]:
    """Inputs of components/field.html."""
    systems = queries.headings(site, "library_system")
    contracts = definitions.contracts(site)
    mappings = definitions.mappings(site)
    found = [
        _field("id", _("Name, in small letters and hyphens"), posted, required=True),
        _field("title_zh", _("Title in Chinese"), posted, required=True),
        _field("title_en", _("Title in English"), posted, required=True),
        _select("system", _("System"), [(k, pick(v)) for k, v in systems.items()], posted),
    ]
    if kind not in _FIXED:
        choices = [(id, f"{pick(one.title)} ({id})") for id, one in contracts.items()]
        found.append(_select("contract", _("Contract"), choices, posted))
        none = [("", _("By the file's name"))]
        found.append(_select("mapping", _("Mapping"), none + [(m, m) for m in mappings], posted))
    for ask in _ASKS[kind]:
        found.append(
            _field(f"set.{ask.name}", ask.label(), posted, required=ask.required, value=ask.value)
        )
    found.append(
        _field("every_hours", _("Something should come every … hours"), posted, value="24")
    )
    return found


def content(site: Site, kind: str, posted: QueryDict) -> dict[str, Any]:
    """The definition as its file says it; raises UsageError for what may not stand there."""
    settings = {ask.name: value for ask in _ASKS[kind] if (value := _value(ask, posted)) != ""}
    contract = _FIXED.get(kind) or posted.get("contract", "")
    mapping = "" if kind in _FIXED else posted.get("mapping", "")
    _must_be_far_or_inside(site, kind, settings)
    if kind == "mqtt":
        topic = {"topic": settings.pop("topic"), "contract": contract, "mapping": mapping}
        settings["topics"] = [{key: value for key, value in topic.items() if value}]
    said: dict[str, Any] = {
        "title": {language: _text(posted, f"title_{language}") for language in ("zh", "en")},
        "system": posted.get("system", ""),
        "source": kind,
    }
    if kind != "mqtt":
        said |= {"contract": contract} | ({"mapping": mapping} if mapping else {})
    said["settings"] = settings
    hours = posted.get("every_hours", "").strip()
    if hours:
        if not hours.isdigit() or not 1 <= int(hours) <= 10_000:
            raise UsageError(_("'%(text)s' is no number of hours.", text=hours[:40]))
        said["every_hours"] = int(hours)
    if said["system"] not in queries.headings(site, "library_system"):
        raise UsageError(_("Choose a system."))
    return said


def _value(ask: Ask, posted: QueryDict) -> Any:
    text = posted.get(f"set.{ask.name}", "").strip()[:2_000]
    if ask.required and not text:
        raise UsageError(_("'%(field)s' is needed.", field=ask.label()))
    if not text:
        return ""
    if ask.shape == "secret":
        if not _SECRET.fullmatch(text):
            raise UsageError(_("This cannot be the name of a secret."))
        return {"secret": text}
    if ask.shape == "list":
        return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    if ask.shape == "whole":
        if not text.isdigit() or not 1 <= int(text) <= 65_535:
            raise UsageError(_("'%(text)s' is no port.", text=text[:40]))
        return int(text)
    return text


def _must_be_far_or_inside(site: Site, kind: str, settings: dict[str, Any]) -> None:
    """Other files of this machine are not for the page to open."""
    if kind == "folder":
        asked = Path(settings["path"])
        place = (site.root / asked).resolve()
        root, own = site.root.resolve(), (site.data.resolve(), site.definitions.resolve())
        inside = place != root and root in place.parents
        if asked.is_absolute() or not inside or any(o == place or o in place.parents for o in own):
            raise UsageError(
                _("The folder must lie inside the site, beside data and definitions."),
                fix=_("Write it as incoming/loans. Others are set up in a file by the operator."),
            )
        pattern = settings.get("pattern", "*")
        if "/" in pattern or ".." in pattern:
            raise UsageError(_("The pattern is for names of files in this folder only."))
    for name in ("url", "base_url"):
        if name not in settings:
            continue
        parts = urlsplit(settings[name])
        wanted = ("postgresql", "mysql", "mariadb", "oracle", "mssql") if kind == "sql" else (
            "http", "https")  # fmt: skip
        if parts.scheme.split("+")[0] not in wanted or not parts.hostname:
            raise UsageError(
                _("'%(address)s' is no address of this kind.", address=settings[name][:80]),
                fix=_("It begins with one of: %(schemes)s.", schemes=", ".join(wanted)),
            )


def _text(posted: QueryDict, name: str) -> str:
    text = posted.get(name, "").strip()[:200]
    if not text:
        raise UsageError(_("The connector needs a title in both languages."))
    return text


def _field(
    name: str, label: str, posted: QueryDict, *, required: bool = False, value: str = ""
) -> dict[str, Any]:
    return {"name": name, "label": label, "type": "text", "required": required,
            "value": posted.get(name, value)}  # fmt: skip


def _select(
    name: str, label: str, choices: list[tuple[str, str]], posted: QueryDict
) -> dict[str, Any]:
    options = [{"value": value, "label": text} for value, text in choices]
    return {"name": name, "label": label, "type": "select", "options": options,
            "value": posted.get(name, ""), "required": False}  # fmt: skip
