"""Certificates of attendance: in the reader's own name, signed like any document."""

from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import documents
from shuren.service.document_shapes import DocumentLine, Sheet, SheetPart
from shuren.service.internals.event_rows import Enrolment, Event
from shuren.trust.erasing import own_identity

TITLE = {"zh": "参加证书", "en": "Certificate of attendance"}
_WORDS = {
    "zh": "兹证明 %(who)s 参加了“%(event)s”（%(days)s），共 %(count)s 场中的 %(was)s 场。",
    "en": "This certifies that %(who)s attended “%(event)s” (%(days)s): %(was)s of %(count)s"
    " meetings.",
}
_BEARER = {"zh": "本证书持有人", "en": "the holder of this certificate"}
_NUMBER = {"zh": "编号", "en": "Number"}


def attendance(site: Site, event: Event, row: Enrolment, actor: Actor) -> DocumentLine:
    """Inside the caller's transaction; the reader's name is read from the vault, for themselves."""
    identity, _since = own_identity(site, actor)
    starts, ends = event.starts_at.astimezone(), event.ends_at.astimezone()
    days = f"{starts:%Y-%m-%d}"
    if ends.date() != starts.date():
        days = f"{days} – {ends:%Y-%m-%d}"

    def write(language: str, number: str, version: int) -> Sheet:
        text = _WORDS[language] % {
            "who": identity.get("name") or _BEARER[language],
            "event": pick(event.title, language),
            "days": days,
            "count": len(event.sessions),
            "was": len(row.attended),
        }
        facts = ((_NUMBER[language], number),)
        return Sheet(TITLE[language], facts, (SheetPart("", (text,)),), is_certificate=True)

    return documents.issue(
        site, kind="attendance", title=TITLE, letters="HD", write=write, reader=row.pseudonym,
        actor=actor,
    )  # fmt: skip
