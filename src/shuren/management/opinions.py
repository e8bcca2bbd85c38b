"""Opinions: five channels into one record, repeats and duplicates put together and taken apart.

What was written is kept twice: masked, for everybody who works on it, and whole, sealed, for the
handler, who opens it with an entry in the ledger. Every opinion is a case of the service
`reader_opinion`; its clock, trace and rating are the flow engine's.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management.definitions import topics
from shuren.management.errors import BadOpinion, NoSuchOpinion
from shuren.management.internals import likeness, pacing, remembering, showing, suggesting
from shuren.management.internals.voice_rows import Opinion, OpinionFile, OpinionSource, Salon
from shuren.management.voice_shapes import CHANNELS, Attached, Taken
from shuren.service import cases
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.supervised import OPINION
from shuren.trust.actions import (
    keep_identities,
    passing_pseudonyms,
    pseudonymise,
    record_use,
    seal,
    unseal,
)
from shuren.trust.queries import require, require_covered, require_purpose

READ, WORK, MANAGE = "voice.read", "voice.work", "voice.manage"
PURPOSE, TABLE = "case_handling", "management.opinion"
REPEATED = timedelta(days=30)
LONGEST, LONGEST_FILE, MOST_FILES = 20_000, 10 * 2**20, 10
_CASE_TEXT = 4000


def take_in(
    site: Site,
    *,
    channel: str,
    text: str,
    actor: Actor,
    title: str = "",
    address: str = "",
    name: str = "",
    agreed: bool = False,
    letter: str = "",
    salon: str = "",
    files: Sequence[Attached] = (),
    received_at: datetime | None = None,
    sender: tuple[str, str] = ("", ""),
) -> Taken:
    """Take an opinion in, once.

    actor    the reader who writes, BY_ITSELF for a letter or somebody who did not sign in, or the
             librarian who notes what was said; then trust's NotAllowed without voice.work
    address, name  of the writer, if they gave them: they go to the vault, nowhere else
    letter   what it is known by: the same letter again is answered with what is there
    sender   (browser, address) of who gives no name, to keep the pace; neither is kept
    raises   TooFast; BadOpinion for a channel that is not known, an empty text, or files that are
             too large
    """
    _check(channel, text, files)
    letter_key = _letter_key(channel, letter)
    known = _known(letter_key)
    if known is not None:
        return known
    if any(sender):
        pacing.count(*sender)
    noted_by = ""
    if actor != BY_ITSELF and not (actor.reader_key and channel == "web"):
        noted_by = require(actor, WORK).id
    try:
        with transaction.atomic():
            return _take(
                site, channel, text[:LONGEST], actor, title, address.strip(), name.strip(),
                agreed, letter_key, salon, files, received_at or now(), noted_by,
            )  # fmt: skip
    except IntegrityError:  # the same letter, a moment ago, in another process
        known = _known(letter_key)
        if known is None:
            raise
        return known


def hold_salon(
    site: Site, *, title: str, held_on: Any, said: Sequence[str], actor: Actor, letter: str = ""
) -> list[Taken]:
    """Write down a salon with what was said there, each opinion a case of its own.

    letter  what the form is known by: sent twice, it is one salon
    raises  BadOpinion without title or opinions; trust's NotAllowed
    """
    actor = require(actor, WORK)
    lines = [one.strip() for one in said if one.strip()]
    if not title.strip() or not lines:
        raise BadOpinion(_("A salon has a title, and at least one opinion, each on its own line."))
    with transaction.atomic():
        known = Salon.objects.filter(pk=letter[:32]).first() if letter else None
        salon = known or Salon.objects.create(
            id=letter[:32] or new_id("S"), title=title.strip()[:200], held_on=held_on,
            recorded_by=actor.id,
        )  # fmt: skip
        return [
            take_in(
                site, channel="salon", text=line, actor=actor, salon=salon.id,
                letter=f"{salon.id}:{at}:{line}",
            )
            for at, line in enumerate(lines)
        ]  # fmt: skip


def set_topic(site: Site, case_id: str, topic: str, *, actor: Actor) -> None:
    """A person says what an opinion is about; later suggestions learn from it.

    raises  NoSuchOpinion, BadOpinion for no such topic, trust's NotAllowed
    """
    actor = require(actor, WORK)
    if topic not in topics(site):
        raise BadOpinion(_("There is no such topic."))
    if not Opinion.objects.filter(pk=case_id).update(topic=topic, topic_by=actor.id):
        raise NoSuchOpinion


def merge(site: Site, case_id: str, into: str, *, actor: Actor) -> None:
    """Put an opinion into another that says the same: its sources stay as they are, and its writer
    is asked about the answer of the other. A person decides it.

    raises  NoSuchOpinion, BadOpinion for itself or one that is merged; NotNow once it is split
    """
    actor = require(actor, WORK)
    with transaction.atomic():
        rows = {
            one.pk: one
            for one in Opinion.objects.select_for_update().filter(pk__in=(case_id, into))
        }
        if len(rows) < 2:
            if case_id == into:
                raise BadOpinion(_("An opinion cannot be merged with itself."))
            raise NoSuchOpinion
        gone, kept = rows[case_id], rows[into]
        if kept.merged_into or gone.merged_into:
            raise BadOpinion(
                _("This opinion has been merged already."),
                fix=_("Open the one it was merged into."),
            )
        if kept.closed_at is not None:
            raise BadOpinion(
                _("The other opinion is closed already."),
                fix=_("Work on this one by itself, and point to the answer."),
            )
        note = _("Says the same as %(case)s.", case=into)
        cases.act(site, case_id, "duplicate", actor=actor, note=note)
        OpinionSource.objects.filter(opinion=gone).update(opinion=kept)
        gone.merged_into = into
        gone.save(update_fields=["merged_into"])
        _keep_agreed(kept)
        cases.add_note(site, into, _("%(case)s says the same and was merged.", case=case_id),
                       actor=actor)  # fmt: skip


def take_apart(site: Site, case_id: str, *, actor: Actor) -> str:
    """Undo a merge: the opinion goes on by itself, as a new case of the same trace; its id.

    raises  NoSuchOpinion; BadOpinion for one that is not merged; trust's NotAllowed
    """
    actor = require(actor, WORK)
    with transaction.atomic():
        gone = Opinion.objects.select_for_update().filter(pk=case_id).first()
        if gone is None:
            raise NoSuchOpinion
        if not gone.merged_into:
            raise BadOpinion(_("This opinion is not merged with another."))
        kept = Opinion.objects.get(pk=gone.merged_into)
        sources = list(OpinionSource.objects.filter(opinion=kept, home=case_id))
        if not sources:
            raise BadOpinion(_("Nothing is left of this opinion."))
        before = cases.case(site, case_id, actor)
        opened = cases.open_case(
            site, OPINION, actor=BY_ITSELF, reader=sources[0].pseudonym,
            fields={"text": gone.text[:_CASE_TEXT]}, subject={"title": gone.title},
            channel=gone.channel, trace=before.trace, needed_at=gone.received_at,
        )  # fmt: skip
        again = Opinion.objects.create(
            case_id=opened.id, received_at=gone.received_at, channel=gone.channel,
            topic=gone.topic, topic_by=gone.topic_by, tone=gone.tone, title=gone.title,
            text=gone.text,
        )  # fmt: skip
        moved = OpinionSource.objects.filter(pk__in=[one.pk for one in sources])
        moved.update(opinion=again, home=again.pk)
        gone.delete()
        for one in (kept, again):
            _keep_agreed(one)
        note = _("%(case)s goes on by itself as %(new)s.", case=case_id, new=again.pk)
        cases.add_note(site, kept.pk, note, actor=actor)
    return str(again.pk)


def original(site: Site, source_id: str, *, actor: Actor) -> dict[str, str]:
    """What was written, whole: {title, text}. For who works on it; the ledger and the writer know.

    raises  NoSuchOpinion, trust's NotAllowed
    """
    actor = require(actor, WORK)
    require_covered(require_purpose(actor, PURPOSE), TABLE, ("original",))
    row = OpinionSource.objects.filter(pk=source_id).first()
    if row is None:
        raise NoSuchOpinion
    record_use(actor, PURPOSE, TABLE, ("original",), 1, subject=row.pseudonym)
    opened: dict[str, str] = json.loads(unseal(site, bytes(row.sealed), f"opinion:{row.pk}"))
    return opened


def attachment(site: Site, number: int, *, actor: Actor) -> Attached:
    """A file as it came, to be handed out as a download; raises NoSuchOpinion, trust's
    NotAllowed."""
    actor = require(actor, WORK)
    require_covered(require_purpose(actor, PURPOSE), TABLE, ("attachment",))
    row = OpinionFile.objects.filter(pk=number).select_related("source").first()
    if row is None:
        raise NoSuchOpinion
    record_use(actor, PURPOSE, TABLE, ("attachment",), 1, subject=row.source.pseudonym)
    context = f"opinion file:{row.source_id}:{row.sha256}"
    return Attached(row.name, unseal(site, bytes(row.sealed), context))


def _check(channel: str, text: str, files: Sequence[Attached]) -> None:
    if channel not in CHANNELS:
        raise BadOpinion(_("There is no such channel for opinions."))
    if not text.strip():
        raise BadOpinion(_("Write what you want to say."))
    if len(files) > MOST_FILES or any(len(one.content) > LONGEST_FILE for one in files):
        raise BadOpinion(
            _("At most %(count)s files of %(size)s MB each can be kept.",
              count=MOST_FILES, size=LONGEST_FILE // 2**20)
        )  # fmt: skip


def _letter_key(channel: str, letter: str) -> str | None:
    return hashlib.sha256(f"{channel}:{letter}".encode()).hexdigest() if letter else None


def _known(letter_key: str | None) -> Taken | None:
    if letter_key is None:
        return None
    row = OpinionSource.objects.filter(letter=letter_key).first()
    return Taken(row.opinion_id, row.pk, is_new=False) if row else None


def _take(
    site: Site, channel: str, text: str, actor: Actor, title: str, address: str, name: str,
    agreed: bool, letter: str | None, salon: str, files: Sequence[Attached], at: datetime,
    noted_by: str,
) -> Taken:  # fmt: skip
    text = text.replace("\x00", "").strip()
    shown = showing.masked(text, known=(name,))
    heading = showing.masked(title.replace("\x00", "").strip(), known=(name,))[:120]
    heading = heading or showing.title_of(shown)
    pseudonym, outside = _writer(site, actor, channel, address, name)
    print_ = likeness.fingerprint(text)
    again = _repeats(pseudonym, print_, at)
    if again is not None:
        opinion = again
    else:
        opened = cases.open_case(
            site, OPINION, actor=actor if actor.reader_key == pseudonym else BY_ITSELF,
            reader=pseudonym, fields={"text": shown[:_CASE_TEXT]}, subject={"title": heading},
            channel=channel, needed_at=at,
        )  # fmt: skip
        hint = suggesting.best_topic(f"{heading}。{shown}", topics(site), remembering.memory())
        opinion = Opinion.objects.create(
            case_id=opened.id, received_at=at, channel=channel, topic=hint.topic,
            tone=suggesting.tone_of(shown), title=heading, text=shown, agreed=agreed,
        )  # fmt: skip
    id = new_id("W")
    whole = json.dumps({"title": title, "text": text}, ensure_ascii=False).encode()
    source = OpinionSource.objects.create(
        id=id, opinion=opinion, home=opinion.pk, channel=channel, pseudonym=pseudonym,
        outside=outside, received_at=at, sealed=seal(site, whole, f"opinion:{id}"), print=print_,
        letter=letter, salon=salon, noted_by=noted_by, agreed=agreed,
    )  # fmt: skip
    for one in files:
        digest = hashlib.sha256(one.content).hexdigest()
        OpinionFile.objects.create(
            source=source, name=safe_name(one.name), size=len(one.content), sha256=digest,
            sealed=seal(site, one.content, f"opinion file:{id}:{digest}"),
        )  # fmt: skip
    if again is not None:
        _keep_agreed(opinion)
        cases.add_note(site, opinion.pk, _("The same writer sent it again."), actor=BY_ITSELF)
    return Taken(opinion.pk, id, is_new=True, repeated=again is not None)


def safe_name(name: str) -> str:
    """A file's name as it may stand in a download: no folders, no control characters, not empty."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*')
    return kept.strip(". ")[-120:] or "attachment"


def _writer(site: Site, actor: Actor, channel: str, address: str, name: str) -> tuple[str, bool]:
    """(pseudonym, whether the vault now knows an address of somebody who is no reader)"""
    if actor.reader_key and channel == "web":
        return actor.reader_key, False
    if not address:
        return passing_pseudonyms(1)[0], False
    [pseudonym] = pseudonymise(site, [f"mailto:{address.casefold()}"])
    known = {"email": address[:254]} | ({"name": name[:100]} if name else {})
    keep_identities(site, [(pseudonym, known)])
    return pseudonym, True


def _repeats(pseudonym: str, print_: str, at: datetime) -> Opinion | None:
    """The open opinion in which the same writer said just this lately."""
    found = OpinionSource.objects.filter(
        pseudonym=pseudonym, print=print_, received_at__gt=at - REPEATED,
        opinion__closed_at__isnull=True,
    ).select_related("opinion")  # fmt: skip
    row = found.order_by("-received_at").first()
    return row.opinion if row else None


def _keep_agreed(opinion: Opinion) -> None:
    said = list(OpinionSource.objects.filter(opinion=opinion).values_list("agreed", flat=True))
    opinion.agreed = bool(said) and all(said)
    opinion.save(update_fields=["agreed"])
