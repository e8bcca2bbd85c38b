"""Every place that holds something about a reader, each told, forgotten and erased in one way.

Whoever adds a table with a pseudonym, an account or a session names it here, in `STORES` or, when
it holds nothing of a reader, in `NOT_OF_READERS` with the reason; a test walks all tables.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals import (
    booking_stores,
    case_stores,
    lake_stores,
    own_stores,
    reader_key_stores,
    search_stores,
)
from shuren.service.internals.circulation import store as circulation
from shuren.service.internals.documents import store as documents
from shuren.service.internals.events import store as events
from shuren.service.internals.gifts import store as gifts
from shuren.service.internals.members import store as members
from shuren.service.internals.messaging import store as messaging
from shuren.service.internals.reviews import store as reviews
from shuren.service.internals.shifts import store as shifts
from shuren.service.joining import stores_above
from shuren.service.shapes import HeldStore

Tell = Callable[[Site, Actor, int | None], list[HeldStore]]
Forget = Callable[[Site, Actor, str, str], int]
Erase = Callable[[Actor], int]
Rename = Callable[[str, str], int]


@dataclass(frozen=True, eq=False)
class Store:
    """tables  of the database that it speaks of
    tell    what it holds about an actor: (site, actor, so many facts of each)
    forget  (site, actor, id of the store, id of the fact) -> facts that went
    erase   (actor) -> facts that went, in one transaction with all others; None for what the
            guard rail or the lake takes away by itself
    stays   (pseudonym) -> facts that an erasure has to leave, because of `because`; `rename` (old,
            new) then gives them to the reader's new pseudonym, after `erase`
    """

    id: str
    tables: tuple[str, ...]
    tell: Tell
    forget: Forget | None = None
    erase: Erase | None = None
    stays: Callable[[str], int] | None = None
    rename: Rename | None = None
    because: dict[str, str] = field(default_factory=dict)


STORES: tuple[Store, ...] = (
    Store(
        "identity",
        ("trust_identity", "trust_surrogate", "trust_legacypseudonym", "trust_erased"),
        own_stores.identity,
        own_stores.forget_identity,
    ),
    Store(
        "account",
        (
            "trust_account",
            "trust_secondstep",
            "trust_recoverycode",
            "trust_campuslink",
            "trust_youngreader",
        ),
        own_stores.account,
        own_stores.forget_account,
    ),
    Store("sessions", ("trust_accountsession",), own_stores.sessions, own_stores.forget_sessions),
    Store(
        "consents",
        ("trust_consent", "trust_noprofile"),
        own_stores.consents,
        own_stores.forget_consent,
        own_stores.erase_consents,
    ),
    Store(
        "interests",
        ("service_interest",),
        own_stores.interests,
        own_stores.forget_interest,
        own_stores.erase_interests,
    ),
    Store(
        "searches",
        ("service_savedsearch",),
        search_stores.tell,
        search_stores.forget,
        search_stores.erase,
    ),
    Store(
        "circulation",
        circulation.TABLES,
        circulation.tell,
        circulation.forget,
        circulation.erase,
        circulation.stays,
        circulation.rename,
        circulation.BECAUSE,
    ),
    # Before the cases that its rows go with.
    Store(members.STORE, members.TABLES, members.tell, members.forget, members.erase),
    Store(
        case_stores.STORE,
        (
            "service_case",
            "service_casestep",
            "service_casetimer",
            "service_casefile",
            "service_casefilepart",
            "service_filelink",
            "service_filelinkuse",
            "service_reportdraft",
            "service_project",
            "service_projectperson",
            "service_projectmilestone",
            "service_projectpaper",
        ),
        case_stores.tell,
        case_stores.forget,
        case_stores.erase,
        case_stores.still_open,
        case_stores.rename,
        case_stores.BECAUSE,
    ),
    Store(
        booking_stores.STORE,
        booking_stores.TABLES,
        booking_stores.tell,
        booking_stores.forget,
        booking_stores.erase,
        booking_stores.stays,
        booking_stores.rename,
        booking_stores.BECAUSE,
    ),
    Store(documents.STORE, documents.TABLES, documents.tell, documents.forget, documents.erase),
    Store(
        reader_key_stores.STORE,
        reader_key_stores.TABLES,
        reader_key_stores.tell,
        reader_key_stores.forget,
        reader_key_stores.erase,
    ),
    Store(messaging.STORE, messaging.TABLES, messaging.tell, messaging.forget, messaging.erase),
    Store(gifts.STORE, gifts.TABLES, gifts.tell, gifts.forget, gifts.erase),
    Store(events.STORE, events.TABLES, events.tell, events.forget, events.erase),
    Store(reviews.STORE, reviews.TABLES, reviews.tell, reviews.forget, reviews.erase),
    Store(shifts.STORE, shifts.TABLES, shifts.tell, shifts.forget, shifts.erase),
    Store("events", (), lake_stores.events, lake_stores.forget_event),
    Store("lake", (), lake_stores.rows, lake_stores.forget_row),
    Store("quarantine", (), lake_stores.refused, lake_stores.forget_refused),
    Store(
        "datasets",
        ("repository_acceptance",),
        own_stores.datasets,
        own_stores.forget_dataset,
        own_stores.erase_datasets,
    ),
    Store("glass", ("trust_glass",), own_stores.glass, None, own_stores.erase_glass),
    Store("ledger", ("trust_ledgerentry", "trust_ledgeralias"), own_stores.ledger),
    Store("erasures", ("trust_erasure",), own_stores.erasures),
)

# Tables with a column for an account that is never a reader's, or that names nobody.
NOT_OF_READERS = {
    "service_campaign": "names the account of staff that made a campaign",
    "service_rosterload": "names the account of staff that loaded a list of alumni",
    "service_servicedraft": "names the staff who changed what a service says, and who approved it",
    "service_stationlibrarian": "names the staff who answer for a college, shown as they wish",
    "service_stationtext": "names the account of staff that wrote for a college",
    "service_deskview": "names the account of staff that named a view of the desk's list",
    "service_placeblock": "names the account of staff that blocked a seat or room",
    "data_task": "names the librarian who mends data",
    "management_salon": "names the account of staff that wrote a salon down",
    "management_decision": "names the account of staff that wrote a decision down",
    "trust_ledgercount": "counts uses by staff and programs; readers are one line a role, unnamed",
    "trust_blocked": "names staff or a program whose hand-out was stopped; readers get none",
    "trust_approval": "names the staff who asked for an export and who allowed it",
    "django_session": "Django's own, unused: sessions are the account's",
    "trust_apikey": "names the administrator who made a key",
    "trust_account_groups": "Django's own, unused: roles are the account's",
    "trust_account_user_permissions": "Django's own, unused: roles are the account's",
    "django_admin_log": "Django's own, unused",
}


def every_store() -> tuple[Store, ...]:
    """Ours, and those of the rooms above, which are told after ours."""
    return (*STORES, *stores_above())


def store_of(id: str) -> Store | None:
    """The store with a `HeldStore.id`: `lake:loans` is one of the store `lake`."""
    return next((one for one in every_store() if one.id == id.partition(":")[0]), None)
