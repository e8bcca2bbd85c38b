"""Which supplier is asked next for a case, and what became of the one before; in the transaction of
the case's step."""

from datetime import datetime

from shuren.kernel.i18n import gettext as _
from shuren.service.definitions import suppliers
from shuren.service.flow_shapes import Supplier
from shuren.service.internals.hooks import Facts
from shuren.service.internals.supply_rows import Supply

ASKED, SUPPLIED, FAILED = "asked", "supplied", "failed"


def none_left(facts: Facts) -> str:
    """Why nobody else can be asked, or ""; "" too where the service has no suppliers."""
    if not _for_service(facts) or _next(facts) is not None:
        return ""
    return _("Every source that may have it has been asked.")


def ask_next(facts: Facts) -> None:
    """Write down who is asked now. Where there is nobody, nobody is: the case stays in the desk's
    list, and is closed as not filled when that is looked at."""
    end(facts, FAILED)
    one = _next(facts)
    if one is None:
        return
    known = Supply.objects.filter(case=facts.row.pk).count()
    Supply.objects.create(
        case=facts.row.pk, number=known + 1, supplier=one.id, asked_at=facts.at,
        due_at=facts.clockwork.working.add(facts.at, one.hours * 3600),
    )  # fmt: skip


def end(facts: Facts, outcome: str) -> None:
    """What became of the one that is being waited for, if any; only what is supplied costs."""
    asked = Supply.objects.filter(case=facts.row.pk, outcome=ASKED).first()
    if asked is None:
        return
    asked.outcome, asked.ended_at = outcome, facts.at
    one = suppliers(facts.site).get(asked.supplier)
    asked.cost = one.price if one is not None and outcome == SUPPLIED else 0
    asked.save()


def month_of(facts: Facts) -> datetime:
    """The first moment of the present month, in the library's time."""
    local = facts.at.astimezone(facts.clockwork.zone)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _for_service(facts: Facts) -> list[Supplier]:
    return [one for one in suppliers(facts.site).values() if facts.row.service in one.services]


def _next(facts: Facts) -> Supplier | None:
    """The first in order that supplies such a thing, has not been asked for it, and whose month is
    not full."""
    kind, language = facts.row.subject.get("kind"), facts.row.fields.get("language")
    asked = set(Supply.objects.filter(case=facts.row.pk).values_list("supplier", flat=True))
    for one in _for_service(facts):
        fits = kind in one.about and (not one.languages or language in (None, *one.languages))
        if fits and one.id not in asked and not _is_full(facts, one):
            return one
    return None


def _is_full(facts: Facts, one: Supplier) -> bool:
    if one.cap is None:
        return False
    since = month_of(facts)
    return Supply.objects.filter(supplier=one.id, asked_at__gte=since).count() >= one.cap
