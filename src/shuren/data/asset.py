"""Tables as assets: who answers for each, what it is worth, what it costs, who may use it how."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from shuren.kernel.i18n import pick


@dataclass(frozen=True)
class AssetTerms:
    """What a definition says of its table as an asset; empty where a rule says it instead."""

    owner: str = ""
    licence: dict[str, str] = field(default_factory=dict)
    value: dict[str, str] = field(default_factory=dict)
    cost: dict[str, str] = field(default_factory=dict)


NO_TERMS = AssetTerms()
_BOTH_NAMES = re.compile(r"([\u3400-\u9fff（）、·]+) ([A-Z][ -~]+)")


def owner_names(owner: str) -> dict[str, str]:
    """`资源建设部 Collections`, as definitions name a department, in both languages; a name in one
    language stands for both."""
    both = _BOTH_NAMES.fullmatch(owner)
    return {"zh": both[1], "en": both[2]} if both else {"zh": owner, "en": owner}


@dataclass(frozen=True)
class Asset:
    """One table of the hub, as the catalogue and the asset register show it.

    layer      raw, conformed or mart
    level      of its most sensitive column, 1 public … 4 sensitive
    licence, value   by the definition, else by rule (see internals/register.py)
    cost       what the definition says of it, or {}; measured: bytes on disk, build seconds unknown
    score      quality 0..100 of its contract, or None where nothing was measured
    loaded_at  the last load of its contract, or None; data_date, the day its rows speak until
    readers    tables made from it; consumers: figures, indicators and pages that show it
    orphan     why nobody would miss it or answers for it, or {}
    """

    id: str
    layer: str
    title: dict[str, str]
    description: dict[str, str]
    data_class: str
    level: int
    owner: str
    licence: dict[str, str]
    value: dict[str, str]
    cost: dict[str, str]
    columns: tuple["AssetColumn", ...]
    rows: int | None = None
    measured_bytes: int = 0
    score: float | None = None
    loaded_at: datetime | None = None
    data_date: str = ""
    readers: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()
    public: bool = False
    person: str = ""
    local: bool = False
    orphan: dict[str, str] = field(default_factory=dict)

    def says(self, words: str) -> bool:
        """Whether every word stands in its names, titles or description, in either language."""
        texts = [self.id, self.owner, *self.title.values(), *self.description.values()]
        for column in self.columns:
            texts += [column.name, *column.title.values(), *column.description.values()]
        whole = " ".join(texts).lower()
        return all(word in whole for word in words.lower().split())

    def matching_columns(self, words: str) -> list["AssetColumn"]:
        """Columns that themselves say one of the words."""
        wanted = words.lower().split()
        return [c for c in self.columns if any(word in c.text for word in wanted)]

    @property
    def name(self) -> str:
        return pick(self.title)


@dataclass(frozen=True)
class AssetColumn:
    name: str
    type: str
    level: int
    title: dict[str, str]
    description: dict[str, str] = field(default_factory=dict)
    unit: str = ""

    @property
    def text(self) -> str:
        texts = (self.name, *self.title.values(), *self.description.values())
        return " ".join(texts).lower()
