"""What a library gives to researchers: definitions/releases/*.yaml, one release a file."""

from dataclasses import dataclass
from typing import Any

from shuren.data.errors import UnknownName
from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

FOLDER, ALL = "releases", "all"
_KNOWN = (1, 2, 3)
# fmt: off
KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "recipient": Key(str, "交给谁", "Who gets it", required=True),
    "purpose": Key(str, "按哪个用途读取", "The purpose it is read for", required=True),
    "k": Key(int, "每种组合背后至少多少人，不小于 5", "Persons behind each combination at least, 5 or more", default="5"),  # noqa: E501
    "known": Key(int, "设想旁人已知某人几次借阅：1、2 或 3", "How many loans of a person somebody is supposed to know: 1, 2 or 3", default="2"),  # noqa: E501
    "most_lost": Key(float, "抑制最多占多大比例；超过就再概括一级", "Share that may be suppressed before values are made coarser by a step", default="0.1"),  # noqa: E501
    "persons": Key(dict, "人的表与列，见下表", "The table of persons and its columns, see below", required=True),  # noqa: E501
    "events": Key(dict, "事件的表与列，见下表", "The table of events and its columns, see below", required=True),  # noqa: E501
}
PART_KEYS = {
    "table": Key(str, "所读的表", "The table that is read", required=True),
    "columns": Key(dict, "列名 → 由细到粗的列；all 表示整列不给", "Name → columns from fine to coarse; `all` gives nothing of it", required=True),  # noqa: E501
}
# fmt: on


@dataclass(frozen=True)
class Part:
    """columns: {name in the file: columns of the table, finer first; `all` for none}."""

    table: str
    columns: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Release:
    """What is given to whom, and how well it must hide everybody (see anonymising)."""

    id: str
    title: dict[str, str]
    recipient: str
    purpose: str
    persons: Part
    events: Part
    k: int = 5
    known: int = 2
    most_lost: float = 0.1

    @property
    def what(self) -> str:
        """What leaves, as a second person is told it."""
        names = [*self.persons.columns, *self.events.columns]
        return f"{self.id}: {', '.join(names)} → {self.recipient}"[:300]


def releases(site: Site | None) -> dict[str, Release]:
    """All releases by id; raises DefinitionError naming file and key."""
    return {file.id: _release(file) for file in find_definitions(FOLDER, site).values()}


def release(site: Site, id: str) -> Release:
    known = releases(site)
    if id not in known:
        raise UnknownName(_("release"), id, list(known))
    return known[id]


def _release(file: DefinitionFile) -> Release:
    said = file.read_yaml()
    if isinstance(said.get("most_lost"), int):
        said["most_lost"] = float(said["most_lost"])
    check_keys(file.path, said, KEYS)
    if said["id"] != file.id:
        raise DefinitionError(
            _("%(path)s: the id must be the file's name, '%(id)s'.", path=file.path, id=file.id)
        )
    parts = {name: _part(file, name, said[name]) for name in ("persons", "events")}
    both = set(parts["persons"].columns) & set(parts["events"].columns)
    made = Release(**(said | parts))
    if made.k < 5 or made.known not in _KNOWN or not 0 <= made.most_lost < 1 or both:
        raise DefinitionError(
            _("%(path)s: k is at least 5, known 1, 2 or 3, most_lost below 1, no name twice.",
              path=file.path)
        )  # fmt: skip
    return made


def _part(file: DefinitionFile, where: str, said: Any) -> Part:
    check_keys(file.path, said, PART_KEYS, where)
    columns = {str(name): tuple(map(str, steps)) for name, steps in said["columns"].items()}
    for name, steps in columns.items():
        if not name.isidentifier() or not steps or steps[0] == ALL or ALL in steps[:-1]:
            raise DefinitionError(
                _("%(path)s: '%(key)s' must list columns from fine to coarse.", path=file.path,
                  key=f"{where}.columns.{name}")
            )  # fmt: skip
    return Part(str(said["table"]), columns)
