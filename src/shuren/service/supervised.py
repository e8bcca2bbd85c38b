"""Cases of the supervision board, as lines that name no reader.

Whether somebody may see the board is decided by the room above, which keeps it; here only cases of
the two services that stand on it are given, without what their readers wrote.
"""

from collections.abc import Iterable

from shuren.kernel.site import Site
from shuren.service.case_shapes import CaseLine
from shuren.service.internals import viewing
from shuren.service.internals.case_rows import Case, CaseStep

OPINION, TASK = "reader_opinion", "supervised_task"
_AT_ONCE = 500


def lines(site: Site, ids: Iterable[str]) -> dict[str, CaseLine]:
    """{id: line} of those cases that are opinions or supervised tasks; others are left out."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, CaseLine] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = Case.objects.filter(
            pk__in=wanted[start : start + _AT_ONCE], service__in=(OPINION, TASK)
        )
        found |= {line.id: line for line in viewing.lines(site, some)}
    return found


def fields(ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """{id: fields} of supervised tasks: owner, deadline, outcome and evidence, as staff wrote
    them."""
    rows = Case.objects.filter(pk__in=list(ids), service=TASK)
    return {id: dict(said) for id, said in rows.values_list("pk", "fields")}


def parts(parent: str) -> list[str]:
    """The cases that are parts of one, in the order they were opened."""
    found = Case.objects.filter(parent=parent).order_by("opened_at", "id")
    return list(found.values_list("pk", flat=True))


def handlers(case_id: str) -> set[str]:
    """The accounts that handled a case or any of its parts."""
    ids = [case_id, *parts(case_id)]
    steps = CaseStep.objects.filter(case__in=ids, event="handle").exclude(account="")
    return set(steps.values_list("account", flat=True))


def times_overdue(ids: Iterable[str]) -> dict[str, int]:
    """{id: how often its deadline passed} of those cases of the board that were ever overdue."""
    steps = CaseStep.objects.filter(case__in=list(ids), event="due_passed")
    found: dict[str, int] = {}
    for id in steps.values_list("case_id", flat=True):
        found[id] = found.get(id, 0) + 1
    return found
