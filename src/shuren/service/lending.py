"""What our own circulation lends to whom: definitions/circulation/lending.yaml, ours or the
site's."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from shuren.kernel.calendar import LibraryCalendar, load_calendar
from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.service.internals.study_kinds import STUDENT, STUDIES

LENDING_KEYS = {
    "id": Key(str, "标识，与文件名相同", "Id, the name of the file", required=True),
    "title": Key(dict, "双语名称", "Title in both languages", required=True),
    "kinds": Key(dict, "各类读者的规则", "Rules by kind of reader", required=True),
    "studies": Key(
        dict,
        "按培养层次另定的学生规则，先于 kinds.student",
        "Rules of students by kind of study, before kinds.student",
        default="{}",
    ),
    "unknown_kind": Key(
        str,
        "类型不明的读者证按哪一类办",
        "Kind that a card of no kind is treated as",
        required=True,
    ),
    "overdue_days": Key(
        int, "逾期超过几天停借", "Days late after which nothing more is lent", required=True
    ),
    "card_blocks": Key(
        list, "哪些证件状态停借", "States of a card that end borrowing", required=True
    ),
    "hold_shelf_days": Key(
        int, "预约书在架保留几个开馆日", "Open days a copy waits on the hold shelf", required=True
    ),
}
KIND_KEYS = {
    "loans": Key(int, "最多同时借几册", "Copies at once", required=True),
    "days": Key(int, "借期，天", "Days of a loan", required=True),
    "renewals": Key(int, "可续借几次", "Renewals", required=True),
    "renewal_days": Key(int, "每次续借，天", "Days of each renewal", required=True),
    "holds": Key(int, "最多几个未取的预约", "Holds not yet collected", required=True),
}
_FURTHEST = 120  # days that an open day is looked for; a calendar that ends does not hold a loan up
_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class KindRules:
    """See KIND_KEYS."""

    loans: int
    days: int
    renewals: int
    renewal_days: int
    holds: int


@dataclass(frozen=True)
class Lending:
    """The rules with the calendar and the wall clock of the library that they count by."""

    kinds: dict[str, KindRules]
    studies: dict[str, KindRules]
    unknown_kind: str
    overdue_days: int
    card_blocks: tuple[str, ...]
    hold_shelf_days: int
    calendar: LibraryCalendar
    zone: ZoneInfo

    def of(self, kind: str, study: str = "") -> KindRules:
        """study  of a student, where it is known"""
        if kind == STUDENT and study in self.studies:
            return self.studies[study]
        return self.kinds.get(kind) or self.kinds[self.unknown_kind]

    def due(self, start: datetime, days: int) -> datetime:
        """The last minute of the day so many days on, or of the next day that is open."""
        day = self._open_from(self.day(start) + timedelta(days=days))
        return datetime.combine(day, _LAST_MINUTE, self.zone)

    def shelf_until(self, start: datetime) -> datetime:
        """Until when a copy set aside now waits: the last of `hold_shelf_days` open days."""
        day = self.day(start)
        for _day in range(self.hold_shelf_days):
            day = self._open_from(day + timedelta(days=1))
        return datetime.combine(day, _LAST_MINUTE, self.zone)

    def day(self, moment: datetime) -> date:
        """The day on the library's wall clock; the lake's timestamps carry no zone."""
        return (moment.astimezone(self.zone) if moment.tzinfo else moment).date()

    def aware(self, moment: datetime | None) -> datetime | None:
        return moment.replace(tzinfo=self.zone) if moment and not moment.tzinfo else moment

    def _open_from(self, first: date) -> date:
        for ahead in range(_FURTHEST):
            day = first + timedelta(days=ahead)
            hours = self.calendar.opening_hours(day)
            if hours is None or hours.is_open:
                return day
        return first


def lending(site: Site) -> Lending:
    """raises  DefinitionError naming the file and the key"""
    file = find_definitions("circulation", site)["lending"]
    settings = read_settings(site)
    return _read(site, file, file.stamp(), settings.calendar, settings.time_zone)


@lru_cache(maxsize=8)
def _read(
    site: Site, file: DefinitionFile, stamp: tuple[int, int], calendar: str, time_zone: str
) -> Lending:
    """Read once until the file changes; a changed calendar counts from the next start on."""
    content = file.read_yaml()
    check_keys(file.path, content, LENDING_KEYS)
    kinds = _rules(file.path, content, "kinds")
    studies = _rules(file.path, content, "studies")
    for study in studies:
        if study not in STUDIES:
            raise DefinitionError(
                _("%(path)s: there is no kind of study called '%(id)s'.", path=file.path, id=study),
                fix=did_you_mean(study, STUDIES),
            )
    _no_number_below_zero(file.path, content)
    if content["unknown_kind"] not in kinds:
        raise DefinitionError(
            _("%(path)s: 'unknown_kind' is none of the kinds above it.", path=file.path)
        )
    return Lending(
        kinds,
        studies,
        content["unknown_kind"],
        content["overdue_days"],
        tuple(str(one) for one in content["card_blocks"]),
        content["hold_shelf_days"],
        load_calendar(site, calendar),
        ZoneInfo(time_zone),
    )


def _rules(path: Any, content: dict[str, Any], key: str) -> dict[str, KindRules]:
    found = {}
    for kind, said in (content.get(key) or {}).items():
        check_keys(path, said, KIND_KEYS, where=f"{key}.{kind}")
        found[str(kind)] = KindRules(**said)
    return found


def _no_number_below_zero(path: Any, content: dict[str, Any]) -> None:
    numbers = {
        "overdue_days": content["overdue_days"],
        "hold_shelf_days": content["hold_shelf_days"],
    }
    for key in ("kinds", "studies"):
        for kind, said in (content.get(key) or {}).items():
            numbers |= {f"{key}.{kind}.{name}": value for name, value in said.items()}
    for name, value in numbers.items():
        if value < 0:
            raise DefinitionError(_("%(path)s: '%(key)s' is below zero.", path=path, key=name))
