"""What the flow engine tells readers of their cases, and staff of those given to them, by
definitions/messages."""

from shuren.kernel.site import Site
from shuren.service import messages
from shuren.service.flow_shapes import Declared
from shuren.service.internals.case_rows import Case
from shuren.service.internals.hooks import Facts
from shuren.service.message_shapes import Work

# Subjects whose id is one of the catalogue's, so that their class can be looked up.
_OF_CATALOGUE = ("title", "item")


def tell_moved(facts: Facts) -> None:
    """A case has come to another state."""
    row, declared = facts.row, facts.clockwork.declared
    messages.tell(
        facts.site,
        reader=row.pseudonym,
        template="case_moved",
        values={
            "service": declared.service.title,
            "state": declared.flow.states[row.state].title,
            "subject": work_of(row),
            "sentence": dict(facts.way.tell) if facts.way and facts.way.tell else "",
            "note": facts.note,
            "until": facts.until,
        },
        about={"kind": "case", "id": row.id},
        key=f"case:{row.id}:{row.version}",
    )


def tell_other(facts: Facts) -> None:
    """A case needs a second reader's yes."""
    row = facts.row
    messages.tell(
        facts.site,
        reader=row.party,
        template="case_asks",
        values={"service": facts.clockwork.declared.service.title, "subject": work_of(row)},
        about={"kind": "case", "id": row.id},
        key=f"case:{row.id}:asks",
    )


def tell_note(site: Site, row: Case, declared: Declared, note: str) -> None:
    """Staff wrote something into a case."""
    messages.tell(
        site,
        reader=row.pseudonym,
        template="case_note",
        values={"service": declared.service.title, "subject": work_of(row), "note": note},
        about={"kind": "case", "id": row.id},
        key=f"case:{row.id}:{row.version}",
    )


def tell_assigned(site: Site, row: Case, declared: Declared, note: str) -> None:
    """A case was put into a colleague's hand. What it is about is on its page only."""
    messages.tell(
        site,
        account=row.assignee,
        template="case_assigned",
        values={"service": declared.service.title, "note": note},
        about={"kind": "desk_case", "id": row.id},
        key=f"case:{row.id}:{row.version}",
    )


def work_of(row: Case) -> Work:
    kind = row.subject.get("kind")
    title_id = row.subject.get("id", "") if kind in _OF_CATALOGUE else ""
    return Work(row.subject.get("title", ""), title_id)
