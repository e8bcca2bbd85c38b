"""What a donor wants to be called, as something that is held: told, forgotten, erased."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.gift_rows import GiftThanks
from shuren.service.shapes import HeldFact, HeldStore

STORE, TABLES = "gifts", ("service_giftthanks",)
_GONE = {"pseudonym": "", "named": ""}


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    rows = GiftThanks.objects.filter(pseudonym=actor.reader_key).order_by("-at", "case_id")
    facts = [
        HeldFact(
            row.case_id,
            _("A gift of %(volumes)s volumes", volumes=f"{row.volumes:,}"),
            row.at,
            {_("Named as"): row.named} if row.named else {},
        )
        for row in rows[:limit]
    ]
    return [
        HeldStore(
            STORE,
            _("Gifts of books"),
            _("To thank you, by the name you chose or by none."),
            _("In the database, under your pseudonym; on the page of thanks while you agree."),
            _("Until you take the name back, delete it, or erase; the number of volumes stays."),
            rows.count(),
            tuple(facts),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    found = GiftThanks.objects.filter(pseudonym=actor.reader_key, pk=fact[:32])
    return found.update(**_GONE)


def erase(actor: Actor) -> int:
    return GiftThanks.objects.filter(pseudonym=actor.reader_key).update(**_GONE)
