"""The rules of bookings as a service's file says them under `rules.booking`."""

from datetime import time
from pathlib import Path

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.service.booking_shapes import ROOMS, SEATS, Rules
from shuren.service.flow_shapes import Service

# fmt: off
BOOKING_KEYS = {
    "of": Key(str, "订什么：seats 座位，rooms 房间", "What is booked: seats or rooms", required=True),  # noqa: E501
    "kinds": Key(list, "哪些类型的座位区或房间", "Which kinds of zones or rooms", required=True),
    "min_minutes": Key(int, "最短时长（分钟）", "Shortest booking, minutes", default="30"),
    "max_minutes": Key(int, "最长时长（分钟），含续时", "Longest booking, extensions included, minutes", default="240"),  # noqa: E501
    "early_minutes": Key(int, "可提前多久签到（分钟）", "How early one may check in, minutes", default="15"),  # noqa: E501
    "meal_hours": Key(list, "用餐时段，如 \"11:30-13:00\"", "Meals, such as \"11:30-13:00\"", default="[]"),  # noqa: E501
    "hold_minutes": Key(int, "为候补者保留多久（分钟）", "How long a freed place is kept for who waits, minutes", default="15"),  # noqa: E501
    "code_seconds": Key(int, "签到码多久一换（秒）；86400 为每天一张", "How often the check-in code changes, seconds; 86400: a sheet a day", default="60"),  # noqa: E501
    "breach_within_days": Key(int, "违约在几天之内计", "Over how many days breaches count", default="30"),  # noqa: E501
    "block_days": Key(int, "暂停几天", "Days without booking", default="1"),
    "repeat_blocks": Key(int, "几次暂停后加重，0 为不加重", "After how many blocks the next is longer; 0: never", default="0"),  # noqa: E501
    "repeat_block_days": Key(int, "加重后暂停几天", "How many days it is then", default="0"),
}
# fmt: on
# What readers are told in the service's own words stands among its limits.
_LIMITS = {
    "ahead_days": 1,
    "grace_minutes": 30,
    "away_minutes": 30,
    "meal_away_minutes": 0,
    "breach_count": 0,
}  # fmt: skip


def read_rules(path: Path, service: Service) -> Rules | None:
    """The rules in a service's file, None if it books no place.

    raises  DefinitionError naming file, key and fix
    """
    said = service.said["rules"].get("booking")
    if said is None:
        return None
    check_keys(path, said, BOOKING_KEYS, "rules.booking")
    numbers = {
        name: int(said.get(name, key.default))
        for name, key in BOOKING_KEYS.items()
        if key.kind is int
    }
    limits = {name: int(service.limits.get(name, least)) for name, least in _LIMITS.items()}
    limits["meal_away_minutes"] = max(limits["meal_away_minutes"], limits["away_minutes"])
    if said["of"] not in (SEATS, ROOMS):
        raise _wrong(path, "of", _("Write seats or rooms."))
    if numbers["min_minutes"] > numbers["max_minutes"] or numbers["min_minutes"] < 15:
        raise _wrong(path, "min_minutes", _("Write at least 15, and no more than max_minutes."))
    if numbers["code_seconds"] < 30:
        raise _wrong(path, "code_seconds", _("Write at least 30: a code must be typed in time."))
    meals = tuple(_span(path, str(one)) for one in said.get("meal_hours") or ())
    kinds = tuple(map(str, said["kinds"]))
    return Rules(book=said["of"], kinds=kinds, meals=meals, **numbers, **limits)


def rules_of(service: Service) -> Rules | None:
    """The rules a case of this version of the service runs by; None: it books no place."""
    return read_rules(Path(f"service {service.id}"), service)


def _span(path: Path, text: str) -> tuple[time, time]:
    try:
        begins, ends = (time.fromisoformat(one.strip().zfill(5)) for one in text.split("-"))
    except ValueError:
        raise _wrong(path, "meal_hours", _('Write a span such as "11:30-13:00".')) from None
    if begins >= ends:
        raise _wrong(path, "meal_hours", _('Write a span such as "11:30-13:00".'))
    return begins, ends


def _wrong(path: Path, key: str, fix: str) -> DefinitionError:
    return DefinitionError(
        _("%(path)s: '%(key)s' has a value of the wrong kind.", path=path,
          key=f"rules.booking.{key}"),
        fix=fix,
    )  # fmt: skip
