"""What is held about a reader by searches they saved."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import searches
from shuren.service.shapes import HeldFact, HeldStore


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    facts = []
    for row in searches.rows_of(actor.reader_key):
        filters = "; ".join(", ".join(values) for values in row.chosen.values())
        said = {_("Filters"): filters} if filters else {}
        facts.append(HeldFact(str(row.pk), row.words, row.saved_at, said))
    return [
        HeldStore(
            "searches",
            _("Searches you saved"),
            _("To tell you what is new in them."),
            _("In the database, under your pseudonym; with them which records you know already."),
            _("Until you remove them."),
            len(facts),
            tuple(facts[:limit]),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    return searches.forget(actor.reader_key, int(fact)) if fact.isdecimal() else 0


def erase(actor: Actor) -> int:
    return searches.forget(actor.reader_key)
