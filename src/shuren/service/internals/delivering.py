"""A file that a case delivers: its link is made and told in the transaction of the step."""

import secrets
from datetime import timedelta

from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.service import messages
from shuren.service.case_shapes import NOBODY
from shuren.service.flow_shapes import Declared, FileDelivery
from shuren.service.internals import link_signing
from shuren.service.internals.case_file_rows import CaseFile
from shuren.service.internals.file_link_rows import FileLink
from shuren.service.internals.hooks import Facts
from shuren.service.internals.telling import tell_moved, work_of

EFFECT = "deliver_file"
# The page of a link; tests/web/test_file_links.py opens it as a mail writes it.
PAGE = "/files/{token}/"


def deliver(facts: Facts) -> None:
    """Make a link to the file and tell the reader; where there is none, or the service delivers by
    no link, the reader is told of the new state as `notify` does."""
    row, declared = facts.row, facts.clockwork.declared
    rules, field = declared.service.delivery, field_of(declared)
    if facts.actor.reader_key and facts.actor.reader_key == row.pseudonym:
        return
    if rules is None or row.pseudonym == NOBODY or not _is_there(facts, field):
        tell_moved(facts)
        return
    FileLink.objects.filter(case=row.pk, field=field, ended_at=None).update(
        ended_at=facts.at, ended_by="newer"
    )
    link = FileLink.objects.create(
        id=secrets.token_urlsafe(16), case=row, field=field,
        key=link_signing.newest(facts.site), made_at=facts.at,
        expires_at=facts.at + timedelta(days=rules.days), most=rules.opens,
        sign_in=rules.sign_in, survives=rules.survives,
    )  # fmt: skip
    _tell(facts, declared, rules, link)


def field_of(declared: Declared) -> str:
    """The field that holds what is delivered, "" of a flow that delivers no file."""
    asked = [
        one.name
        for way in declared.flow.transitions
        if EFFECT in way.effects
        for one in way.asks
        if one.type == "file"
    ]
    return next(iter(asked), "")


def address(site: Site, link: FileLink) -> str:
    """Whole, as it stands in a mail."""
    token = link_signing.token_of(site, str(link.pk), link.key)
    return read_settings(site).public_url + PAGE.format(token=token)


def _is_there(facts: Facts, field: str) -> bool:
    """Whether a file came with this step, or an earlier one is still kept."""
    if facts.given.get(field):
        return True
    return CaseFile.objects.filter(case=facts.row.pk, field=field, gone_at=None).exists()


def _tell(facts: Facts, declared: Declared, rules: FileDelivery, link: FileLink) -> None:
    row = facts.row
    messages.tell(
        facts.site,
        reader=row.pseudonym,
        template="file_ready",
        values={
            "service": declared.service.title,
            "subject": work_of(row),
            "link": address(facts.site, link),
            "way": _way(rules),
            "note": facts.note,
            "until": link.expires_at,
        },
        about={"kind": "case", "id": row.id},
        key=f"case:{row.id}:{row.version}",
    )


def _way(rules: FileDelivery) -> dict[str, str]:
    if rules.sign_in:
        return {
            "zh": f"须由您本人登录后取用，共可打开 {rules.opens} 次。",
            "en": f"Sign in to open it; it opens {rules.opens} times, for you alone.",
        }
    return {
        "zh": f"无须登录，共可打开 {rules.opens} 次；请勿转发。",
        "en": f"No need to sign in; it opens {rules.opens} times. Please do not pass it on.",
    }
