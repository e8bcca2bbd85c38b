"""What is held about a reader as a file: JSON for programs, HTML for people.

The page is whole by itself: no script, no address of anything else, readable in any browser in
years to come.
"""

from dataclasses import asdict
from datetime import date, datetime
from html import escape
from typing import Any

import orjson

from shuren.kernel.clock import now
from shuren.kernel.i18n import current_language
from shuren.kernel.i18n import gettext as _
from shuren.service.shapes import HeldFact, HeldStore

FORMAT = "shuren-held-1"
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, "Noto Sans SC", sans-serif; margin: 0 auto; max-width: 52rem;
  padding: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.3; }
h2 { font-size: 1.2rem; margin-top: 2.5rem; }
dl.about { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { opacity: .75; } dd { margin: 0; overflow-wrap: anywhere; }
article { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent);
  padding: .6rem 0; }
article h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
time { font-variant-numeric: tabular-nums; opacity: .75; }
@media (max-width: 30rem) { dl.about { grid-template-columns: 1fr; } dt { margin-top: .4rem; } }
"""


def as_json(held: list[HeldStore]) -> bytes:
    content = {
        "format": FORMAT,
        "made_at": now().isoformat(),
        "stores": [asdict(one) for one in held],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_html(held: list[HeldStore]) -> bytes:
    title = _("Everything the library holds about you")
    parts = [
        "<!doctype html>",
        f'<html lang="{escape(current_language())}">',
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_('Made at %(when)s.', when=_moment(now())))}</p>",
        _contents(held),
        *[_store(one) for one in held],
        "</html>\n",
    ]
    return "\n".join(parts).encode()


def _contents(held: list[HeldStore]) -> str:
    lines = "".join(
        f'<li><a href="#{escape(one.id)}">{escape(one.title)}</a> ({one.count:,})</li>'
        for one in held
    )
    return f'<nav aria-label="{escape(_("Contents"))}"><ul>{lines}</ul></nav>'


def _store(one: HeldStore) -> str:
    about = _list(
        {
            _("What for"): one.why,
            _("Where"): one.where,
            _("How long"): one.term,
            _("How many"): f"{one.count:,}",
        }
    )
    facts = "\n".join(_fact(fact) for fact in one.facts)
    nothing = f"<p>{escape(_('Nothing is held here.'))}</p>" if not one.facts else ""
    return (
        f'<section aria-labelledby="{escape(one.id)}">'
        f'<h2 id="{escape(one.id)}">{escape(one.title)}</h2>{about}{facts}{nothing}</section>'
    )


def _fact(fact: HeldFact) -> str:
    when = f" <time>{escape(_moment(fact.at))}</time>" if fact.at else ""
    values: dict[str, Any] = dict(fact.values)
    if fact.until:
        values[_("Kept until")] = _moment(fact.until)
    if fact.keep:
        values[_("Why it stays")] = fact.keep
    return f"<article><h3>{escape(fact.title)}{when}</h3>{_list(values)}</article>"


def _list(values: dict[str, Any]) -> str:
    pairs = "".join(
        f"<dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd>"
        for name, value in values.items()
    )
    return f'<dl class="about">{pairs}</dl>' if pairs else ""


def _moment(at: date | datetime) -> str:
    if isinstance(at, datetime):
        local = at.astimezone() if at.tzinfo else at
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{at:%Y-%m-%d}"
