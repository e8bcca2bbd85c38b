"""Reads definitions/messages/*.yaml, and fills them in.

A template names its values, each with its kind. A line of the body whose value is empty is left
out; in a mail, so is a line with a value that may not leave the library.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick, written_day
from shuren.service.internals.reading_forms import one_of, two_languages, wrong
from shuren.service.message_shapes import INBOX_ONLY, KINDS, MAIL_ONLY, VALUES, Template, Work

LANGUAGES = ("zh", "en")
_PLACE = re.compile(r"\{([^{}]*)\}")
_LONGEST = 2000
# fmt: off
TEMPLATE_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "kind": Key(str, "种类：case 服务进展、reminder 提醒、notice 通知、alert 检索订阅、offer 推荐；后两种须读者同意", "case, reminder, notice, alert or offer; the last two need the reader's consent", required=True),  # noqa: E501
    "title": Key(dict, "标题 {zh, en}；只用 text、number、day、moment 类的值", "Title {zh, en}; only with values that are text, number, day or moment", required=True),  # noqa: E501
    "body": Key(dict, "正文 {zh, en}，值写作 {名称}；值为空的行不出现", "Body {zh, en}; a value is written {name}; a line whose value is empty is left out", required=True),  # noqa: E501
    "values": Key(dict, "值 → text 文字、number 数、day 日期、moment 时刻、work 文献题名（敏感主题不进邮件）、note 附言（不进邮件）、link 本馆链接（只进邮件）", "Value → text, number, day, moment, work (a title: in no mail where its topic is sensitive or not known), note (in no mail) or link (an address of ours, only in a mail)", default="{}"),  # noqa: E501
    "purpose": Key(str, "须同意的种类：读者须已同意的用途，见 purposes/", "Of the kinds that need consent: the purpose the reader has agreed to, see purposes/"),  # noqa: E501
    "useful_hours": Key(int, "邮件耽搁超过多少小时便不再发", "A mail that was held up for more hours is not sent any more", default="72"),  # noqa: E501
}
# fmt: on


def read_template(path: Path, said: dict[str, Any]) -> Template:
    """The template; raises DefinitionError naming file, key and fix."""
    check_keys(path, said, TEMPLATE_KEYS)
    one_of(path, "kind", said["kind"], KINDS)
    values = {str(name): str(kind) for name, kind in (said.get("values") or {}).items()}
    for name, kind in values.items():
        one_of(path, f"values.{name}", kind, VALUES)
    used: set[str] = set()
    for key in ("title", "body"):
        two_languages(path, key, said[key])
        for language in LANGUAGES:
            used |= _named(path, f"{key}.{language}", str(said[key][language]), values)
    for language in LANGUAGES:
        for name in _PLACE.findall(str(said["title"][language])):
            if values[name] in ("work", "note", "link"):
                raise wrong(
                    path, f"title.{language}",
                    _("A title is read over a shoulder: put '%(name)s' into the body.", name=name),
                )  # fmt: skip
    for name in values:
        if name not in used:
            raise DefinitionError(
                _("%(path)s: the value '%(name)s' is used nowhere.", path=path, name=name),
                fix=_("Use it in title or body, or take it out."),
            )
    if KINDS[said["kind"]].needs_consent != bool(said.get("purpose")):
        raise wrong(
            path, "purpose",
            _("Name it for kinds that need the reader's consent, and for no other."),
        )  # fmt: skip
    return Template(
        said["id"], said["kind"], _strings(said["title"]), _strings(said["body"]), values,
        said.get("purpose") or "", int(said.get("useful_hours") or 72),
    )  # fmt: skip


def _named(path: Path, key: str, text: str, values: Mapping[str, str]) -> set[str]:
    names = set(_PLACE.findall(text))
    for name in sorted(names - values.keys()):
        raise DefinitionError(
            _("%(path)s: %(key)s names '{%(name)s}', which is not declared.",
              path=path, key=key, name=name),
            fix=_("Declare it under values. Declared: %(names)s.", names=listed(values)),
        )  # fmt: skip
    return names


def _strings(texts: dict[str, Any]) -> dict[str, str]:
    return {language: str(texts[language]).strip() for language in LANGUAGES}


def filled(
    template: Template, values: Mapping[str, Any], zone: ZoneInfo
) -> tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str]]:
    """(title, body, body of a mail, the same with the titles of works), each {zh, en}.

    raises  ValueError if `values` are not just those that are declared: a slip of our own code
    """
    if values.keys() != template.values.keys():
        raise ValueError(
            f"the message {template.id} takes {sorted(template.values)}, not {sorted(values)}"
        )
    title, body, mail, named = {}, {}, {}, {}
    for language in LANGUAGES:
        said = {
            name: _said(values[name], kind, language, zone)
            for name, kind in template.values.items()
        }
        title[language] = _lines(template.title[language], said, set())[:200] or template.id
        outer = {name for name, kind in template.values.items() if kind in MAIL_ONLY}
        body[language] = _lines(template.body[language], said, outer)
        works = {name for name, kind in template.values.items() if kind == "work"}
        inner = {name for name, kind in template.values.items() if kind in INBOX_ONLY}
        mail[language] = _lines(template.body[language], said, works | inner)
        named[language] = _lines(template.body[language], said, inner)
    return title, body, mail, named


def _lines(text: str, said: Mapping[str, str], without: set[str]) -> str:
    kept = []
    for line in text.splitlines():
        names = _PLACE.findall(line)
        if any(not said[name] or name in without for name in names):
            continue
        kept.append(_PLACE.sub(lambda found: said[found[1]], line))
    return "\n".join(kept).strip()


def _said(value: Any, kind: str, language: str, zone: ZoneInfo) -> str:
    """One value in words of one language, "" for none."""
    if value is None:
        return ""
    if isinstance(value, Work):
        return _one_line(value.title)
    if isinstance(value, Mapping):
        value = pick(dict(value), language)
    if kind == "moment" and isinstance(value, datetime):
        local = value.astimezone(zone)
        return f"{written_day(local.date(), language)} {local:%H:%M}"
    if kind == "day" and isinstance(value, datetime):
        value = value.astimezone(zone).date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return written_day(value, language)
    if kind == "number":
        return f"{value:,}"
    # A person's own words may have several lines; a value is never more than one place in a text.
    return str(value).replace("\x00", "").strip()[:_LONGEST] if kind == "note" else _one_line(value)


def _one_line(value: Any) -> str:
    return " ".join(str(value).replace("\x00", "").split())[:300]
