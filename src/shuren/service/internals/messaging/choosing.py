"""How a reader wants to be told: each kind's way, quiet hours, how much in a day; the link to stop.

Times are of the library's clock: its time zone, as shuren.toml names it.
"""

import re
import secrets
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shuren.kernel.clock import now
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.service.internals.messaging.rows import MessageChoice
from shuren.service.internals.statements import Select
from shuren.service.message_shapes import KINDS, Choices
from shuren.trust import consent

HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_CHOSEN = Select(MessageChoice, "pseudonym")
# Mails of kinds that are capped: so many a day and in seven days, whatever is chosen.
OFFERS_A_DAY, OFFERS_A_WEEK = 1, 3
MOST = 20  # mails a day that can be chosen at most
_EARLIEST = "08:00"  # when a mail of the day goes where there are no quiet hours


@lru_cache(maxsize=8)
def zone_of(site: Site) -> ZoneInfo:
    """The library's; a changed one counts from the next start on."""
    return ZoneInfo(read_settings(site).time_zone)


def of(pseudonym: str) -> Choices:
    """What the reader chose, else the defaults."""
    row = _CHOSEN.first(pseudonym) if pseudonym else None
    said = dict(row.ways) if row else {}
    ways = {id: str(said.get(id, kind.way)) for id, kind in KINDS.items()}
    if row is None:
        return Choices(ways)
    return Choices(ways, row.quiet_from, row.quiet_to, row.most, row.language)


def keep(pseudonym: str, chosen: Choices) -> None:
    MessageChoice.objects.update_or_create(
        pseudonym=pseudonym,
        defaults={
            "ways": dict(chosen.ways),
            "quiet_from": chosen.quiet_from,
            "quiet_to": chosen.quiet_to,
            "most": chosen.most,
            "language": chosen.language,
            "changed_at": now(),
        },
        create_defaults={
            "ways": dict(chosen.ways),
            "quiet_from": chosen.quiet_from,
            "quiet_to": chosen.quiet_to,
            "most": chosen.most,
            "language": chosen.language,
            "changed_at": now(),
            "stop_key": secrets.token_hex(16),
        },
    )


@lru_cache(maxsize=8)
def _hooks(site: Site) -> dict[str, tuple[str, ...]]:
    """{webhook: kinds it is told of}; changed settings count from the next start on."""
    return {name: tuple(one.kinds) for name, one in read_settings(site).webhooks.items()}


def hooks_of(site: Site, kind: str) -> list[str]:
    return [name for name, kinds in _hooks(site).items() if kind in kinds]


def known_stop(key: str) -> bool:
    return MessageChoice.objects.filter(stop_key=key).exists()


def stop(key: str, kind: str) -> bool:
    """Turn the mails of a kind, or of all, off for whom a key stands for; whether there is one."""
    row = MessageChoice.objects.filter(stop_key=key).first()
    if row is None:
        return False
    row.ways = {**row.ways, **dict.fromkeys(KINDS if kind not in KINDS else (kind,), "off")}
    row.changed_at = now()
    row.save(update_fields=["ways", "changed_at"])
    return True


def stop_key(pseudonym: str) -> str:
    """What a link to stop stands for: chance, made with the first mail, gone with an erasure."""
    row, _made = MessageChoice.objects.get_or_create(
        pseudonym=pseudonym, defaults={"stop_key": secrets.token_hex(16), "changed_at": now()}
    )
    return str(row.stop_key)


def agrees(pseudonym: str, purpose: str) -> bool:
    """Whether something may be told for a purpose, "" being one that needs no consent."""
    return not purpose or consent.given(purpose, pseudonym)


def first_due(site: Site, way: str, chosen: Choices, at: datetime) -> datetime:
    """When a mail that was made at a moment is to go, by its way alone."""
    if way == "now":
        return at
    zone = zone_of(site)
    local = at.astimezone(zone)
    day = local.date()
    moment = _clock(_morning(chosen))
    is_over = local.time() >= moment
    days = int(is_over)
    if way == "weekly":  # on Mondays
        days = -day.weekday() % 7 or 7 * is_over
    return datetime.combine(day + timedelta(days), moment, zone).astimezone(at.tzinfo)


def after_quiet(site: Site, chosen: Choices, at: datetime) -> datetime:
    """The moment itself outside the quiet hours, else when they end."""
    begin, end = _clock(chosen.quiet_from), _clock(chosen.quiet_to)
    zone = zone_of(site)
    local = at.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    if begin == end:
        return at
    is_quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not is_quiet:
        return at
    days = 1 if begin > end and clock >= begin else 0
    return datetime.combine(local.date() + timedelta(days), end, zone).astimezone(at.tzinfo)


def next_morning(site: Site, chosen: Choices, at: datetime) -> datetime:
    """When the mails of the next day begin."""
    zone = zone_of(site)
    day = at.astimezone(zone).date() + timedelta(1)
    return datetime.combine(day, _clock(_morning(chosen)), zone).astimezone(at.tzinfo)


def day_began(site: Site, at: datetime) -> datetime:
    zone = zone_of(site)
    return datetime.combine(at.astimezone(zone).date(), time(0), zone).astimezone(at.tzinfo)


def _morning(chosen: Choices) -> str:
    return chosen.quiet_to if chosen.quiet_from != chosen.quiet_to else _EARLIEST


def _clock(text: str) -> time:
    return time.fromisoformat(text)
