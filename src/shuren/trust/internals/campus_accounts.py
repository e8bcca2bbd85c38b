"""From what the campus says about a person to an account here.

The campus' own name for the person becomes a pseudonym at once, a card number the reader's
pseudonym; name, number and address go to the vault. An account made here has a name of its own,
never one of the campus: in many places that is the card number.
"""

import secrets
from collections.abc import Mapping

from django.conf import settings

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.sign_in_settings import CampusSettings
from shuren.kernel.site import Site
from shuren.trust import definitions
from shuren.trust.definitions import READER, VISITOR
from shuren.trust.errors import SignInRefused
from shuren.trust.internals import identities, surrogates
from shuren.trust.internals.sign_in_rows import CampusLink
from shuren.trust.models import Account

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
PREFIX = "c-"


def find_or_make(
    site: Site, provider: str, subject: str, claims: Mapping[str, object]
) -> tuple[Account, str]:
    """(account, what changed: "made", "linked", "role" or "")."""
    asked: CampusSettings = getattr(settings.SITE_SETTINGS.sign_in, provider)
    role = _role(asked, claims)
    card = text_of(claims, asked.card_claim)
    name = surrogates.blinds(site, [f"{provider}:{subject}"])[0]
    reader = surrogates.pseudonyms(site, [card])[0]
    link = CampusLink.objects.select_for_update().filter(provider=provider, subject=name).first()
    account, changed = (link.account, "") if link else _first_time(provider, name, reader, role)
    if not account.is_active:
        raise SignInRefused(_("This account is closed."), fix=_("Ask the library."))
    is_made = link.is_made if link else changed == "made"
    if is_made and (account.role, account.reader_key) != (role, reader):
        changed = "role" if account.role != role else changed
        account.role, account.reader_key = role, reader
        account.save(update_fields=["role", "reader_key"])
    if account.reader_key and account.reader_key == reader:
        _keep_identity(site, asked, reader, card, claims)
    return account, changed


def text_of(claims: Mapping[str, object], name: str) -> str:
    """A claim as one text, or ""; of several values the first."""
    value = claims.get(name) if name else None
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    return str(value).strip() if isinstance(value, str | int) else ""


def _role(asked: CampusSettings, claims: Mapping[str, object]) -> str:
    known = {r.id for r in definitions.roles(settings.SITE).values() if r.kind != VISITOR}
    for rule in asked.roles:
        said = claims.get(rule.claim)
        values = [str(one) for one in (said if isinstance(said, list | tuple) else [said])
                  if one is not None]  # fmt: skip
        if rule.role in known and values and (rule.value == "*" or rule.value in values):
            return rule.role
    raise SignInRefused(
        _("The campus knows you, but nothing it says gives you a role in this library."),
        fix=_("Ask the library."),
    )


def _first_time(provider: str, subject: str, reader: str, role: str) -> tuple[Account, str]:
    """The reader's own account if there is one with this card, else a new one without password."""
    readers = [r.id for r in definitions.roles(settings.SITE).values() if r.kind == READER]
    known = list(Account.objects.filter(reader_key=reader, role__in=readers)[:2]) if reader else []
    is_made = len(known) != 1
    if is_made:
        name = PREFIX + "".join(secrets.choice(_LETTERS) for _n in range(10))
        account = Account(username=name, role=role, reader_key=reader)
        account.set_unusable_password()
        account.save()
    else:
        account = known[0]
    CampusLink.objects.create(
        account=account, provider=provider, subject=subject, is_made=is_made, made_at=now()
    )
    return account, "made" if is_made else "linked"


def _keep_identity(
    site: Site, asked: CampusSettings, reader: str, card: str, claims: Mapping[str, object]
) -> None:
    """Fill what the vault does not know yet; what the library's own records say stays."""
    said = {
        "reader_id": card,
        "name": text_of(claims, asked.name_claim),
        "email": text_of(claims, asked.email_claim),
    }
    before = identities.read(site, reader)
    merged = {name: value for name, value in said.items() if value} | before
    if merged != before:
        identities.keep(site, [(reader, merged)])
