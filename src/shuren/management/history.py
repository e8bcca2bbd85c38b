"""Opinions that were kept elsewhere before: a table of closed ones, loaded for the report.

They have no case here and name nobody; each line is masked as everything else is. A file with one
wrong line loads nothing and says which; loaded again, it adds nothing.
"""

import csv
import hashlib
import io
from datetime import date, datetime, time
from pathlib import Path

from django.db import transaction

from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management.definitions import Topic, topics
from shuren.management.errors import BadOpinion
from shuren.management.internals import letters, remembering, showing, suggesting
from shuren.management.internals.voice_rows import Opinion
from shuren.management.opinions import MANAGE, WORK
from shuren.management.supervision import working_time
from shuren.management.voice_shapes import CHANNELS, REASONS, RESOLUTIONS
from shuren.trust.queries import may, require

COLUMNS = ("received_on", "channel", "text", "due_on", "answered_on", "resolution",
           "unresolved_why", "rating", "reopened", "outcome", "topic")  # fmt: skip
NEEDED = ("received_on", "channel", "text")
_SHOWN = 10


def load(site: Site, path: Path, *, actor: Actor) -> int:
    """Load a CSV file with the columns COLUMNS, of which NEEDED must be there; how many are new.

    Days are YYYY-MM-DD; without a topic one is suggested from the text.
    raises  UsageError naming file, lines and what is wrong; trust's NotAllowed
    """
    require(actor, WORK if may(actor, WORK) else MANAGE)
    try:
        text = letters.decode(path.read_bytes())
    except OSError as error:
        raise UsageError(
            _("%(path)s cannot be read: %(why)s.", path=path, why=error.strerror)
        ) from None
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        raise UsageError(
            _("%(path)s: the column %(column)s is missing.", path=path, column=missing[0]),
            fix=_("Columns are: %(columns)s.", columns=", ".join(COLUMNS)),
        )
    known, memory, rows, wrong = topics(site), remembering.memory(), [], []
    for number, said in enumerate(reader, 2):
        try:
            clean = {name: (value or "").strip() for name, value in said.items() if name}
            rows.append(_row(site, clean, known, memory))
        except (BadOpinion, ValueError) as error:
            wrong.append(_("line %(number)s: %(what)s", number=number, what=error))
    if wrong:
        raise UsageError(
            _("%(path)s: %(count)s lines are wrong, nothing was loaded.",
              path=path, count=len(wrong)),
            fix="; ".join(wrong[:_SHOWN]),
        )  # fmt: skip
    unique = {one.pk: one for one in rows}
    with transaction.atomic():
        there = set(Opinion.objects.filter(pk__in=unique).values_list("pk", flat=True))
        new = [one for id, one in unique.items() if id not in there]
        Opinion.objects.bulk_create(new, batch_size=200)
    return len(new)


def _row(
    site: Site, said: dict[str, str], known: dict[str, Topic], memory: suggesting.Memory
) -> Opinion:
    received = _noon(site, said["received_on"])
    answered = _noon(site, said["answered_on"]) if said.get("answered_on") else None
    if not said["text"]:
        raise BadOpinion(_("Write what you want to say."))
    for name, titles in (
        ("channel", CHANNELS), ("resolution", RESOLUTIONS), ("unresolved_why", REASONS),
    ):  # fmt: skip
        if said.get(name) and said[name] not in titles:
            raise BadOpinion(_("'%(value)s' is no %(column)s.", value=said[name][:40], column=name))
    if answered is not None and answered < received:
        raise BadOpinion(_("The answer is dated before the opinion."))
    due = date.fromisoformat(said["due_on"]) if said.get("due_on") else None
    rating = int(said["rating"]) if said.get("rating") else None
    if rating is not None and rating not in range(1, 6):
        raise BadOpinion(_("Choose a score from 1 to 5."))
    text = showing.masked(said["text"])
    topic = said.get("topic", "")
    content = "\x1f".join(said.get(name, "") for name in COLUMNS)
    return Opinion(
        case_id=f"H{hashlib.sha256(content.encode()).hexdigest()[:24]}",
        received_at=received, channel=said["channel"] or "web",
        topic=topic if topic in known else suggesting.best_topic(text, known, memory).topic,
        tone=suggesting.tone_of(text), title=showing.title_of(text), text=text, due_on=due,
        answered_at=answered, closed_at=answered, reopened=int(said.get("reopened") or 0),
        was_late=bool(due and answered and answered.date() > due),
        resolution=said.get("resolution", ""), unresolved_why=said.get("unresolved_why", ""),
        outcome=showing.masked(said.get("outcome", "")), rating=rating,
    )  # fmt: skip


def _noon(site: Site, day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), working_time(site).zone)
