"""The decision tables of what a reader may do with a hit: definitions/offers/*.yaml.

One file for each of nine kinds of offer. Its rows say, fact by fact, when the button stands there
and what is said when it does not. A table is refused unless every state of its facts has exactly
one answer and every row answers at least one state.
"""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.service.definitions import services
from shuren.service.internals.study_kinds import STUDIES, UNKNOWN
from shuren.service.member_shapes import FACT

# What may be known of a hit and a reader, {fact: its values}; internals/offer_facts.py finds out.
FACTS: dict[str, tuple[str, ...]] = {
    "reader": ("visitor", "staff", "student", "faculty", "department", "alumni", "public", "pupil"),
    "study": (UNKNOWN, *STUDIES),
    "standing": ("good", "full", "blocked", "reading_only"),
    "form": ("book", "journal", "article", "other"),
    "copies": ("in", "out", "reference", "unknown", "none"),
    "place": ("here", "elsewhere", "unknown"),
    "mine": ("no", "yes"),
    "queue": ("empty", "waiting"),
    "lender": ("known", "unknown"),
    "full_text": ("yes", "part", "embargo", "outside", "none"),
    "licence": ("covers", "excludes"),
    "supply": ("allowed", "forbidden", "unstated"),
    "walk_in": ("no", "yes"),
    "open_copy": ("no", "yes"),
    "asked": ("below", "limit"),
    "member": FACT,
    "delivery": ("untried", "open", "failed"),
    "suggested": ("no", "yes"),
    "order": ("none", "bought", "listed"),
}
KINDS = (
    "borrow", "hold", "inter_campus", "transfer", "delivery", "article_purchase", "purchase",
    "full_text", "open_copy",
)  # fmt: skip
# What a sentence may name in braces.
PLACES = ("campuses", "due", "waiting", "limit", "packages", "span")
PAGES = ("shelf", "full_text", "open_copy")
FIRST, UNIQUE = "first", "unique"
_NO_SERVICE = ""

OFFER_KEYS = {
    "id": Key(str, "标识，与文件名相同", "Id, the name of the file", required=True),
    "title": Key(dict, "双语名称", "Title in both languages", required=True),
    "label": Key(dict, "按钮上的双语文字", "Words on the button, in both languages", required=True),
    "order": Key(int, "按钮的先后", "Place among the buttons", required=True),
    "opens": Key(
        dict, "按下后打开什么：service 或 page", "What a tap opens: a service or a page", True
    ),
    "policy": Key(
        str,
        "first：自上而下，第一个符合的行作数；unique：任何情形只许一行符合",
        "first: from the top, the first row that fits decides; unique: one row alone may fit",
        required=True,
    ),
    "rows": Key(list, "判断行", "The rows", required=True),
}
ROW_KEYS = {
    "when": Key(dict, "事实与取值；没写的事实不问", "Facts and their values; others do not matter"),
    "offer": Key(dict, "有按钮时的双语说明", "There is a button: a sentence in both languages"),
    "reason": Key(dict, "没有按钮的双语原因", "There is none: the reason in both languages"),
    "label": Key(dict, "这一行另用的按钮文字", "Other words on the button in this row"),
    "sign_in": Key(bool, "登录后再看", "Signing in may change it", default="false"),
    "membership": Key(
        bool, "到“我的会员”可以办", "It can be settled under My membership", default="false"
    ),
}


@dataclass(frozen=True)
class Row:
    """when  {fact: values that fit}. text: why there is a button, or why there is none."""

    number: int
    when: Mapping[str, frozenset[str]]
    is_offer: bool
    text: Mapping[str, str]
    label: Mapping[str, str]
    sign_in: bool = False
    membership: bool = False

    def fits(self, facts: Mapping[str, str]) -> bool:
        return all(facts[fact] in values for fact, values in self.when.items())


@dataclass(frozen=True)
class OfferTable:
    """opens  ("service", id) or ("page", one of PAGES). facts: those any row asks for."""

    id: str
    title: Mapping[str, str]
    order: int
    opens: tuple[str, str]
    policy: str
    rows: tuple[Row, ...]
    facts: tuple[str, ...]
    path: Path

    @property
    def service(self) -> str:
        return self.opens[1] if self.opens[0] == "service" else _NO_SERVICE

    def decide(self, facts: Mapping[str, str]) -> Row:
        """The row that answers; the loader saw to it that there is one."""
        return next(row for row in self.rows if row.fits(facts))


@cache
def offer_tables(site: Site | None) -> tuple[OfferTable, ...]:
    """All nine, in the order of their buttons; ours or the site's.

    raises  DefinitionError naming the file, the row and what to do
    """
    files = find_definitions("offers", site)
    for id, file in files.items():
        if id not in KINDS:
            raise DefinitionError(
                _("%(path)s: there is no kind of offer called '%(id)s'.", path=file.path, id=id),
                fix=did_you_mean(id, KINDS),
            )
    for kind in KINDS:
        if kind not in files:
            raise DefinitionError(_("There is no definition of the offer '%(id)s'.", id=kind))
    found = [read_table(file) for file in files.values()]
    known = services(site)
    for table in found:
        if table.service and table.service not in known:
            raise DefinitionError(
                _("%(path)s: there is no service called '%(id)s'.", path=table.path,
                  id=table.service),
                fix=did_you_mean(table.service, known),
            )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.order, one.id)))


def read_table(file: DefinitionFile) -> OfferTable:
    """raises  DefinitionError"""
    path, content = file.path, file.read_yaml()
    check_keys(path, content, OFFER_KEYS)
    if content["id"] != file.id:
        raise DefinitionError(
            _("%(path)s: the id is '%(id)s', not the name of the file.", path=path,
              id=content["id"])
        )  # fmt: skip
    for name in ("title", "label"):
        _check_text(path, name, content[name], filled=False)
    if content["policy"] not in (FIRST, UNIQUE):
        raise DefinitionError(
            _("%(path)s: '%(key)s' has a value of the wrong kind.", path=path, key="policy"),
            fix=_("It is one of: %(names)s.", names=listed((FIRST, UNIQUE))),
        )
    rows = tuple(
        _row(path, number, row, content["label"]) for number, row in enumerate(content["rows"], 1)
    )
    asked = {fact for row in rows for fact in row.when}
    table = OfferTable(
        content["id"], content["title"], content["order"], _opens(path, content["opens"]),
        content["policy"], rows, tuple(fact for fact in FACTS if fact in asked), path,
    )  # fmt: skip
    _check_answers(table)
    return table


def states(facts: Sequence[str]) -> Iterator[dict[str, str]]:
    """Every combination of the values of some facts; the last fact changes first."""
    if not facts:
        yield {}
        return
    for value in FACTS[facts[0]]:
        for rest in states(facts[1:]):
            yield {facts[0]: value, **rest}


def _row(path: Path, number: int, content: Any, label: Mapping[str, str]) -> Row:
    where = f"rows[{number}]"
    check_keys(path, content, ROW_KEYS, where)
    if ("offer" in content) == ("reason" in content):
        raise DefinitionError(
            _("%(path)s, row %(row)s: a row says either `offer` or `reason`.", path=path,
              row=number),
            fix=_("Write why the button is there, or why it is not."),
        )  # fmt: skip
    is_offer = "offer" in content
    text = content["offer" if is_offer else "reason"]
    _check_text(path, f"{where}.{'offer' if is_offer else 'reason'}", text)
    own_label = content.get("label") or label
    _check_text(path, f"{where}.label", own_label, filled=False)
    when = {
        fact: _values(path, number, fact, values)
        for fact, values in (content.get("when") or {}).items()
    }
    return Row(
        number, when, is_offer, text, own_label, bool(content.get("sign_in", False)),
        bool(content.get("membership", False)),
    )  # fmt: skip


def _values(path: Path, number: int, fact: str, values: Any) -> frozenset[str]:
    if fact not in FACTS:
        raise DefinitionError(
            _("%(path)s, row %(row)s: there is no fact called '%(name)s'.", path=path, row=number,
              name=fact),
            fix=did_you_mean(str(fact), FACTS),
        )  # fmt: skip
    given = values if isinstance(values, list) else [values]
    # YAML reads a bare yes or no as true or false.
    said = [{True: "yes", False: "no"}.get(one, str(one)) for one in given]
    for one in said:
        if one not in FACTS[fact]:
            raise DefinitionError(
                _("%(path)s, row %(row)s: '%(fact)s' cannot be '%(value)s'.", path=path,
                  row=number, fact=fact, value=one),
                fix=_("It is one of: %(names)s.", names=listed(FACTS[fact])),
            )  # fmt: skip
    return frozenset(said)


def _opens(path: Path, content: Mapping[str, Any]) -> tuple[str, str]:
    [(what, name)] = content.items() if len(content) == 1 else [("", "")]
    if what == "service" and re.fullmatch(r"[a-z][a-z0-9_]*", str(name)):
        return "service", str(name)
    if what == "page" and name in PAGES:
        return "page", str(name)
    raise DefinitionError(
        _("%(path)s: '%(key)s' has a value of the wrong kind.", path=path, key="opens"),
        fix=_("Write `service: id`, or `page:` with one of %(names)s.", names=listed(PAGES)),
    )


def _check_text(path: Path, key: str, text: Any, *, filled: bool = True) -> None:
    """Both languages, and no place to fill but those that are known."""
    if not isinstance(text, dict) or not (text.get("zh") and text.get("en")):
        raise DefinitionError(
            _("%(path)s: '%(key)s' needs both languages, zh and en.", path=path, key=key)
        )
    for one in text.values():
        try:
            names = [name for _text, name, _spec, _conv in string.Formatter().parse(str(one))]
        except ValueError:
            names = ["{"]
        for name in names:
            if name is not None and (not filled or name not in PLACES):
                raise DefinitionError(
                    _("%(path)s: '%(key)s' cannot be filled with '%(name)s'.", path=path, key=key,
                      name=name),
                    fix=_("It is one of: %(names)s.", names=listed(PLACES)),
                )  # fmt: skip


def _check_answers(table: OfferTable) -> None:
    """Every state answered, every row of use; with `unique`, no state answered twice.

    A set of states is one integer with a bit for each, so that tables of 100,000 states are
    checked at once.
    """
    sizes = [len(FACTS[fact]) for fact in table.facts]
    masks = _masks(table.facts, sizes)
    everything = masks.pop("")
    answered = 0
    for row in table.rows:
        fitting = everything
        for fact, values in row.when.items():
            fitting &= sum(masks[f"{fact}={value}"] for value in values)
        if table.policy == UNIQUE and fitting & answered:
            other = _state_of(table.facts, sizes, fitting & answered)
            first = next(one for one in table.rows if one.fits(other))
            raise DefinitionError(
                _("%(path)s, rows %(first)s and %(row)s both answer: %(state)s.", path=table.path,
                  first=first.number, row=row.number, state=_said(other)),
                fix=_("Narrow one of them, or make the policy `first`."),
            )  # fmt: skip
        if not fitting & ~answered:
            raise DefinitionError(
                _("%(path)s, row %(row)s: no state is left for it, the rows above answer all.",
                  path=table.path, row=row.number),
                fix=_("Remove it, or move it up."),
            )  # fmt: skip
        answered |= fitting
    if missing := everything & ~answered:
        raise DefinitionError(
            _("%(path)s: no row answers: %(state)s.", path=table.path,
              state=_said(_state_of(table.facts, sizes, missing))),
            fix=_("Add a row for it, with a button or a reason."),
        )  # fmt: skip


def _masks(facts: Sequence[str], sizes: Sequence[int]) -> dict[str, int]:
    """{"fact=value": the states in which it is so}, and "" for all; states numbered as `states`."""
    total = 1
    for size in sizes:
        total *= size
    masks, period = {"": (1 << total) - 1}, total
    for fact, size in zip(facts, sizes, strict=True):
        stride = period // size
        for place, value in enumerate(FACTS[fact]):
            stretch = ((1 << stride) - 1) << (place * stride)
            masks[f"{fact}={value}"] = _repeated(stretch, period, total)
        period = stride
    return masks


def _repeated(bits: int, period: int, total: int) -> int:
    """The bits of one period in every period up to the total."""
    while period < total:
        bits |= bits << period
        period *= 2
    return bits & ((1 << total) - 1)


def _state_of(facts: Sequence[str], sizes: Sequence[int], mask: int) -> dict[str, str]:
    """The lowest state of a set."""
    number, values = (mask & -mask).bit_length() - 1, {}
    for fact, size in reversed(list(zip(facts, sizes, strict=True))):
        number, place = divmod(number, size)
        values[fact] = FACTS[fact][place]
    return {fact: values[fact] for fact in facts}


def _said(state: Mapping[str, str]) -> str:
    return listed(f"{fact}: {value}" for fact, value in state.items())
