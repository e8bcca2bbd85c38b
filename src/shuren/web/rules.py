"""Who may come to which address. Default deny: an address without a rule fails the tests.

A view with a permission carries it (`access.requires`). The few others are named here, each with
its reason. The API has a scope on every operation instead (api/endpoint.py).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

EVERYBODY, SIGNED_IN = "everybody", "signed in"
API = "api/v1/"

# Open to whoever comes: what is shown there is public, or it is the way in.
OPEN: dict[str, str] = {
    "home": "what the library is and offers",
    "find": "titles and holdings are public",
    "find-suggest": "completions come from the public index",
    "find-export": "titles and holdings are public",
    "find-shelf": "titles and holdings are public",
    "find-now": "whether a copy is in is public, who has it is never told",
    "item": "titles and holdings are public",
    "review-photo": "photos of published reviews; of others only to their writer and who decides",
    "search-box": "a box to search by, as other sites show it",
    "robots": "told to every crawler",
    "online": "leads to a place of the library's own lists; whom its licence leaves out is told",
    "resolve": "full text by its identifier is public",
    "spaces": "free seats are public",
    "go": "leads to a page of ours; one more is counted, nobody is noted",
    "gifts": "thanks by names that donors chose themselves",
    "services": "what the library offers is public",
    "service": "what the library offers is public",
    "stations": "who answers for a college and what it offers is public",
    "station": "who answers for a college is public; its cases are for who may work on them",
    "station-reading": "counts of at least five persons are public",
    "events": "what the library offers is public",
    "event-calendar": "what the library offers is public",
    "event": "what the library offers is public; enrolling takes signing in",
    "space-now": "free seats are public",
    "space-zone": "free seats are public; who has one is never told",
    "space-rooms": "free rooms are public; who has one is never told",
    "verify": "whoever was shown a document verifies it",
    "verify-code": "whoever was shown a document verifies it; what it says is not shown",
    "verify-proof": "fingerprints and a proof of the ledger, of whoever has the code",
    "datasets": "open data are for everybody",
    "dataset": "open data are for everybody",
    "dataset-version": "open data are for everybody",
    "dataset-download": "open data are for everybody; who must accept terms or sign in is asked",
    "identifier": "an identifier leads to its landing page",
    "sign-in": "the way in",
    "sign-in-code": "the way in; only who gave the password is asked",
    "sign-in-second-step": "the way in; only who gave the password is asked",
    "sign-in-oidc": "the way in, by the campus",
    "sign-in-oidc-return": "the way in, by the campus",
    "sign-in-cas": "the way in, by the campus",
    "sign-in-cas-return": "the way in, by the campus; its log-outs come here",
    "sign-out": "the way out",
    "signed-out": "the way out of the campus too",
    "privacy": "what data are used for is told to everybody",
    "file-link": "for who has its signed link; who must sign in is asked; it names nobody",
    "file-link-get": "for who opened the signed link a moment ago; who must sign in is asked",
    "stop": "stops mails for who has the signed link of one; it shows nothing of anybody",
    "calendar-feed": "a reader's own, for who has its address that cannot be guessed",
    "language": "a switch, kept in a cookie",
    "theme": "a switch, kept in a cookie",
    "styleguide": "parts of pages with made-up content",
    "voice": "anybody may say something, and read what came of it",
    "voice-own": "one's own opinion, by the address that only its writer was told",
    "oai": "harvesting of public records",
}
# Open to every account: it shows that account's own.
OWN: dict[str, str] = {
    "service-ask": "asks for oneself; whom it serves is in its file, and told",
    "item-ask": "asks for oneself; who may is in the decision tables, and told",
    "resolve-ask": "asks for oneself; who may is in the decision tables, and told",
    "my": "one's own loans; who is no reader is told so",
    "my-inbox": "what one was told oneself",
    "my-inbox-read": "one's own messages",
    "my-message": "one's own messages",
    "sessions": "where one is signed in oneself",
    "session-end": "ends one's own sign-ins",
    "second-step": "one's own authenticator",
    "recovery-codes": "one's own recovery codes",
    "second-step-off": "one's own authenticator",
}


class Route(NamedTuple):
    """An address that pages are under.

    rule  EVERYBODY, SIGNED_IN, a permission, or "" where nobody wrote one
    post  the permission that sending a form there takes; "": the same as `rule`
    """

    name: str
    pattern: URLPattern
    rule: str
    post: str = ""


def routes(urlconf: str | None = None) -> Iterator[Route]:
    """Every address of the site but those of the API, in the order they are looked up."""
    yield from _below(get_resolver(urlconf), "", "")


def _below(resolver: URLResolver, space: str, prefix: str) -> Iterator[Route]:
    for one in resolver.url_patterns:
        path = f"{prefix}{one.pattern}"
        if isinstance(one, URLResolver):
            if path != API:
                inner = f"{space}{one.namespace}:" if one.namespace else space
                yield from _below(one, inner, path)
            continue
        name = f"{space}{one.name or path}"
        yield Route(name, one, _rule(name, one.callback), getattr(one.callback, "post", ""))


def _rule(name: str, view: Any) -> str:
    if name in OPEN:
        return EVERYBODY
    if name in OWN:
        return SIGNED_IN
    return getattr(view, "permission", "")
