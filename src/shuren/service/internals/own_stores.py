"""What the database holds about a reader: identity, account, sessions, uses, certificates."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.repository import actions as repository
from shuren.repository import queries as datasets_known
from shuren.service.internals import interests as chosen_interests
from shuren.service.internals import withdrawing
from shuren.service.internals.terms import days_of, last_day
from shuren.service.shapes import HeldFact, HeldStore
from shuren.trust import consent, erasing
from shuren.trust import glass as emergencies
from shuren.trust import queries as trust


def identity(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    values, since = erasing.own_identity(site, actor)
    names = {
        "reader_id": _("Reader id"),
        "name": _("Name"),
        "phone": _("Phone"),
        "email": _("E-mail"),
    }
    shown = {names.get(field, field): value for field, value in values.items()}
    facts = [HeldFact("identity", _("Who you are"), since, shown)] if values else []
    return [
        HeldStore(
            "identity",
            _("Your identity"),
            _("So that the desk can find your card and send you notices about your books."),
            _(
                "Sealed in the identity vault; everywhere else you are a pseudonym drawn by chance,"
                " which a keyed hash of your card number leads to."
            ),
            _("As long as the library's list of readers names you."),
            len(facts),
            tuple(facts),
            can_forget=True,
            can_correct=True,
        )
    ]


def forget_identity(site: Site, actor: Actor, store: str, fact: str) -> int:
    return erasing.forget_identity(actor)


def account(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    found = erasing.own_account(actor)
    if found is None:
        return []
    kept = _("It is your way in to the basic services; an administrator can remove it.")
    role = trust.roles().get(found.role)
    values = {
        _("Account name"): found.username,
        _("Role"): pick(role.title) if role else found.role,
        _("Campus"): found.campus,
        _("Second step"): _("yes") if found.has_second_step else "",
        _("Signed in by the campus"): ", ".join(found.campus_links),
        _("Under 14 until"): str(found.under_14_until or ""),
        _("Last sign-in"): f"{found.last_sign_in:%Y-%m-%d %H:%M}" if found.last_sign_in else "",
    }
    facts = [HeldFact("account", _("Your account"), found.joined_at, _filled(values), keep=kept)]
    if found.display_name:
        said = {_("Name shown"): found.display_name}
        facts.append(HeldFact("display_name", _("The name shown on pages"), None, said))
    return [
        HeldStore(
            "account",
            _("Your account"),
            _("So that you can sign in."),
            _("In the database of the library's system."),
            _("Until you or the library remove it."),
            len(facts),
            tuple(facts),
            can_forget=True,
        )
    ]


def forget_account(site: Site, actor: Actor, store: str, fact: str) -> int:
    return erasing.forget_display_name(actor) if fact == "display_name" else 0


def sessions(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    found = erasing.own_account(actor)
    count = found.sessions if found else 0
    said = {_("Open now"): str(count)}
    facts = [HeldFact("sessions", _("Where you are signed in"), None, said)] if count else []
    return [
        HeldStore(
            "sessions",
            _("Your sessions"),
            _("So that you stay signed in from one page to the next."),
            _("In the database; your browser holds a cookie that names the session."),
            _("Until you sign out, or two weeks."),
            count,
            tuple(facts),
            can_forget=True,
        )
    ]


def forget_sessions(site: Site, actor: Actor, store: str, fact: str) -> int:
    return erasing.end_sessions(actor)


def consents(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    said = [one for one in consent.states(actor) if one.changed_at is not None]
    facts = [
        HeldFact(
            one.purpose.id,
            pick(one.purpose.title),
            one.changed_at,
            {_("You said"): _("yes") if one.is_given else _("no")},
        )
        for one in said
    ]
    if consent.has_no_profile(actor.reader_key):
        kept = _("It protects you: without it a profile of you could be made.")
        facts.append(HeldFact("no_profile", _("No profile of you may be made"), keep=kept))
    return [
        HeldStore(
            "consents",
            _("What you agreed to"),
            _("So that nothing you did not agree to is done, and your no is kept."),
            _("In the database, under your pseudonym; the words are in the ledger, too."),
            _("Until you change your mind, or erase."),
            len(facts),
            tuple(facts[:limit]),
            can_forget=True,
        )
    ]


def forget_consent(site: Site, actor: Actor, store: str, fact: str) -> int:
    if not any(one.purpose.id == fact and one.is_given for one in consent.states(actor)):
        return 0
    withdrawing.withdraw(site, fact, actor)
    return 1


def erase_consents(actor: Actor) -> int:
    return consent.forget(actor.reader_key)


def interests(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    titles = chosen_interests.choosable(site)
    days = days_of(chosen_interests.PURPOSE)
    facts = [
        HeldFact(
            one.subject,
            pick(titles.get(one.subject, one.subject)),
            one.chosen_at,
            until=last_day(one.chosen_at.astimezone(), days),
        )
        for one in chosen_interests.chosen(actor.reader_key)
    ]
    return [
        HeldStore(
            "interests",
            _("Interests you chose"),
            _("To show you what is new in them."),
            _("In the database, under your pseudonym; the lake follows."),
            _("%(days)s days, or until you take them back.", days=f"{days:,}")
            if days
            else _("Until you take them back."),
            len(facts),
            tuple(facts[:limit]),
            can_forget=True,
        )
    ]


def forget_interest(site: Site, actor: Actor, store: str, fact: str) -> int:
    kept = {one.subject for one in chosen_interests.chosen(actor.reader_key)}
    if fact not in kept:
        return 0
    chosen_interests.replace(site, actor.reader_key, kept - {fact})
    return 1


def erase_interests(actor: Actor) -> int:
    return chosen_interests.forget(actor.reader_key)


def datasets(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    rows = datasets_known.own_acceptances(actor)
    facts = [
        HeldFact(
            str(id),
            f"{dataset} v{version}: {file}",
            day,
            {_("Licence accepted"): licence},
        )
        for id, dataset, version, file, licence, day in rows
    ]
    return [
        HeldStore(
            "datasets",
            _("Datasets you took"),
            _("A dataset for people who signed in is given out under a licence they accept."),
            _("In the database, under your account name."),
            _("As long as the dataset is published, or until you delete it."),
            len(facts),
            tuple(facts[:limit]),
            can_forget=True,
        )
    ]


def forget_dataset(site: Site, actor: Actor, store: str, fact: str) -> int:
    return repository.forget_acceptances(actor, [int(fact)]) if fact.isdigit() else 0


def erase_datasets(actor: Actor) -> int:
    return repository.forget_acceptances(actor) if actor.id else 0


def glass(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    known = trust.roles()
    facts = [
        HeldFact(
            str(place),
            _("Your records were opened in an emergency"),
            one.opened_at,
            {
                _("Role"): pick(known[one.role].title) if one.role in known else one.role,
                _("Looks"): f"{one.looks:,}",
            },
        )
        for place, one in enumerate(emergencies.notices(actor.reader_key), 1)
    ]
    return [
        HeldStore(
            "glass",
            _("Emergency access"),
            _("So that you are told when your records were opened, and a second person looks."),
            _("In the database, under your pseudonym."),
            _("Until you erase; that somebody opened something stays."),
            len(facts),
            tuple(facts[:limit]),
        )
    ]


def erase_glass(actor: Actor) -> int:
    return emergencies.forget(actor.reader_key)


def ledger(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    kept = _("Proof of who used what; names of tables only, and an erasure cuts the tie to you.")
    rows = erasing.own_uses(actor)
    purposes = trust.purposes()
    facts = []
    for place, (at, kind, table, purpose, count) in enumerate(rows[:limit], 1):
        known = purposes.get(purpose)
        said = {_("Purpose"): pick(known.title) if known else purpose, _("Rows"): f"{count:,}"}
        values = said if kind == "use" else {}
        facts.append(HeldFact(str(place), table or kind, at, values, keep=kept))
    return [
        HeldStore(
            "ledger",
            _("The log of uses"),
            _("So that you can see who used data about you, when and for what."),
            _("In the ledger, which can only be added to, under an alias of yours."),
            _("As long as the library keeps its ledger; an erasure cuts the tie to you."),
            len(rows),
            tuple(facts),
        )
    ]


def erasures(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    found = erasing.erasures(account=actor.id) if actor.id else []
    words = {
        "begun": _("begun"),
        "gone": _("no query sees it any more"),
        "rewritten": _("taken out of the stored files"),
        "done": _("nothing of it is left on the disk"),
    }
    facts = [
        HeldFact(one.id, _("An erasure"), one.asked_at, {_("State"): words[one.state]})
        for one in reversed(found)
    ]
    return [
        HeldStore(
            "erasures",
            _("Your erasures"),
            _("So that you can fetch the certificate, and see when the last copy is gone."),
            _("In the database, under your account name; nothing of what was erased."),
            _("As long as your account."),
            len(facts),
            tuple(facts[:limit]),
        )
    ]


def _filled(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
