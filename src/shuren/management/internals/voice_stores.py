"""Opinions as something that is held about a reader: told, forgotten, erased.

What is closed goes: the words, the files, who wrote it. That there was an opinion on a topic, and
how it ended, is still counted and names nobody. What is open stays, under the reader's new
pseudonym, until it is answered.
"""

from datetime import datetime

from shuren.data.errors import MustStay
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management.internals.voice_rows import Opinion, OpinionSource, Task
from shuren.management.voice_shapes import CHANNELS
from shuren.service.held_stores import days_of, last_day
from shuren.service.shapes import HeldFact, HeldStore
from shuren.trust.erasing import forget_outside

STORE, PURPOSE = "opinions", "case_handling"
TABLES = ("management_opinion", "management_opinionsource", "management_opinionfile")
BECAUSE = {"zh": "意见还没有办结。", "en": "The opinion is not closed yet."}


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    found = OpinionSource.objects.filter(pseudonym=actor.reader_key).select_related("opinion")
    found = found.order_by("-received_at", "pk")
    days = days_of(PURPOSE)
    return [
        HeldStore(
            STORE,
            _("What you told the library"),
            _("So that it is seen to, and you can rate the answer."),
            _("In the database: masked under your pseudonym, and whole, sealed."),
            _("While it is open; then %(days)s days, or until you delete it or erase.",
              days=f"{days:,}"),
            found.count(),
            tuple(_fact(one, days) for one in found[:limit]),
            can_forget=True,
        )
    ]  # fmt: skip


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    """raises  MustStay for one that is open"""
    row = OpinionSource.objects.filter(pseudonym=actor.reader_key, pk=fact[:32]).first()
    if row is None:
        return 0
    if _is_open(row.opinion):
        raise MustStay(pick(BECAUSE), fix=_("Wait until it is answered."))
    return _take_away([row])


def erase(actor: Actor) -> int:
    """Take away what is closed; how many."""
    found = OpinionSource.objects.filter(pseudonym=actor.reader_key).select_related("opinion")
    return _take_away([one for one in found if not _is_open(one.opinion)])


def stays(pseudonym: str) -> int:
    return OpinionSource.objects.filter(
        pseudonym=pseudonym, opinion__closed_at=None, opinion__merged_into=""
    ).count()


def rename(old: str, new: str) -> int:
    stayed = stays(old)
    OpinionSource.objects.filter(pseudonym=old).update(pseudonym=new)
    return stayed


def forget_closed(before: datetime) -> int:
    """Take away the words of every opinion that was closed before a moment; how many sources."""
    found = OpinionSource.objects.filter(opinion__closed_at__lt=before).select_related("opinion")
    return _take_away(list(found))


def _take_away(rows: list[OpinionSource]) -> int:
    """Delete sources with their files; an opinion that has none left loses its words, too."""
    for row in rows:
        opinion, pseudonym, outside = row.opinion, row.pseudonym, row.outside
        row.delete()
        if not OpinionSource.objects.filter(opinion=opinion).exists():
            # What was published stays published: the writer agreed, and it names nobody.
            Opinion.objects.filter(pk=opinion.pk).update(title="", text="", outcome="")
            Task.objects.filter(opinion=opinion.pk).update(text="")
        if outside and not OpinionSource.objects.filter(pseudonym=pseudonym).exists():
            forget_outside(pseudonym)
    return len(rows)


def _is_open(opinion: Opinion) -> bool:
    return opinion.closed_at is None and not opinion.merged_into


def _fact(row: OpinionSource, days: int) -> HeldFact:
    said = {
        _("Channel"): pick(CHANNELS[row.channel]),
        _("Text, masked"): row.opinion.text,
        _("Answer"): row.opinion.outcome,
        _("Your score"): str(row.rating or ""),
        _("Your comment"): row.comment,
        _("Files"): "、".join(row.files.values_list("name", flat=True)),
    }
    closed = row.opinion.closed_at
    return HeldFact(
        row.pk,
        row.opinion.title or _("An opinion"),
        row.received_at,
        {name: value for name, value in said.items() if value},
        keep=pick(BECAUSE) if _is_open(row.opinion) else "",
        until=last_day(closed.astimezone(), days) if closed else None,
    )
