"""Whether a service is for the one who looks, and if not, why and what to do."""

from dataclasses import dataclass

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.errors import NotOffered
from shuren.service.flow_shapes import Service
from shuren.service.internals import limits, studies
from shuren.trust.queries import purpose_allowed, roles

OWN = "own_records"
OPEN, SIGN_IN, OTHERS, FULL, STAFF = "open", "sign_in", "others", "full", "staff"


@dataclass(frozen=True)
class Standing:
    """state  OPEN: it can be had now; SIGN_IN: for whom is known then; OTHERS: it serves others;
          FULL: one's limit is reached; STAFF: who works here asks for nobody but readers
    why, advice  sentences, "" where it is open
    """

    state: str
    why: str = ""
    advice: str = ""

    @property
    def is_open(self) -> bool:
        return self.state == OPEN


def standing(
    site: Site,
    service: Service,
    actor: Actor | None,
    *,
    study: str | None = None,
    with_limits: bool = True,
) -> Standing:
    """How the actor stands. A place that is open to everybody (search, spaces) is open to all whom
    the service serves, signed in or not.

    study  of the actor, where it was looked up before (studies.of_actor)
    """
    if actor is None or not actor.id:
        if service.use and service.use.place in ("search", "resolve", "spaces", "pack"):
            return Standing(OPEN)
        return Standing(SIGN_IN, "", _("Sign in, and you see whether it is for you."))
    known = roles().get(actor.role)
    if known is not None and known.kind == "staff":
        return Standing(
            STAFF,
            _("You are signed in as staff: services are asked for by readers."),
            _("At the desk, open a case for the reader who asks."),
        )
    study = studies.of_actor(site, actor, service) if study is None else study
    if not limits.serves(service, actor.role, study):
        why = _("It serves: %(who)s.", who=limits.served(site, service, actor.role))
        return Standing(OTHERS, why, _instead(service, actor.role))
    if not actor.reader_key or not purpose_allowed(actor, OWN):
        return Standing(
            OTHERS,
            _("Your account is not joined to a reader's card yet."),
            _("Show your card at the desk once."),
        )
    if with_limits and service.use is None:
        try:
            limits.require_room(site, service, actor.reader_key, now(), actor.role, study)
        except NotOffered as full:
            return Standing(FULL, full.message, full.fix or "")
    return Standing(OPEN)


def _instead(service: Service, role: str) -> str:
    if role == studies.STUDENT and role in service.roles:
        return _("Ask a teacher to request it, or a librarian what there is for you.")
    if "alumni" in service.audiences:
        return _("As one of the alumni you can use it with a verified account.")
    if {"dept", "college"} & set(service.audiences):
        return _("Ask your college or office to request it.")
    return _("Ask a librarian what there is for you.")
