"""What readers are told of their bookings: in the transaction of what it tells of."""

from shuren.kernel.site import Site
from shuren.service import messages, places
from shuren.service.definitions import services
from shuren.service.errors import UnknownName
from shuren.service.internals import place_credit
from shuren.service.internals.booking_rows import Breach, PlaceWish

ABOUT = {"kind": "booking", "id": ""}


def offered(site: Site, wish: PlaceWish) -> None:
    """A place came free and is kept for who waits."""
    messages.tell(
        site,
        reader=wish.pseudonym,
        template="place_offered",
        values={
            "place": _title(site, wish.place), "from": wish.starts_at, "until": wish.offered_until
        },
        about=ABOUT,
        key=f"wish {wish.pk} {wish.place}",
    )  # fmt: skip


def not_kept(site: Site, breach: Breach) -> None:
    """A booking was not kept; and whether nothing can be booked for a while."""
    kinds = {
        place_credit.NO_SHOW: {"zh": "未按时签到", "en": "Nobody checked in in time"},
        place_credit.AWAY: {"zh": "暂离超时", "en": "You were away too long"},
    }
    messages.tell(
        site,
        reader=breach.pseudonym,
        template="booking_not_kept",
        values={"place": _title(site, breach.place), "what": kinds[breach.kind]},
        about=ABOUT,
        key=f"breach {breach.pk}",
    )
    if breach.blocked_until is not None:
        title = services(site)[breach.service].title
        messages.tell(
            site,
            reader=breach.pseudonym,
            template="booking_blocked",
            values={"service": dict(title), "until": breach.blocked_until},
            about=ABOUT,
            key=f"block {breach.pk}",
        )


def _title(site: Site, place: str) -> dict[str, str]:
    try:
        return dict(places.place(site, place).title)
    except UnknownName:
        return {"zh": place, "en": place}
