"""What the reader's voice holds about readers, keeps for a time and does by itself, as the service
room asks every room: imported when it is first asked."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuren.service.held_stores import Clock, Kept, Store


def stores() -> "Iterable[Store]":
    from shuren.management.internals import voice_stores
    from shuren.service.held_stores import Store

    return (
        Store(
            voice_stores.STORE,
            voice_stores.TABLES,
            voice_stores.tell,
            voice_stores.forget,
            voice_stores.erase,
            voice_stores.stays,
            voice_stores.rename,
            voice_stores.BECAUSE,
        ),
    )


def terms() -> "Iterable[Kept]":
    from shuren.management.internals import voice_stores
    from shuren.management.opinions import PURPOSE
    from shuren.service.held_stores import Kept

    return (Kept(PURPOSE, voice_stores.STORE, voice_stores.forget_closed),)


def clocks() -> "Iterable[Clock]":
    from datetime import timedelta

    from shuren.management import mailboxes
    from shuren.management.internals import escalating
    from shuren.service.held_stores import Clock

    return (
        Clock(
            "mailboxes",
            timedelta(minutes=5),
            lambda site, actor: mailboxes.look_all(site),
            lambda site: bool(mailboxes.configured(site)),
        ),
        Clock("voice", timedelta(0), escalating.run),
    )
