"""What a harvester asks: the verb, its arguments, its dates, and where a list goes on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing

from shuren.kernel.clock import now
from shuren.web.oai.errors import OaiError

# verb → (arguments that must be there, arguments that may be)
VERBS: dict[str, tuple[set[str], set[str]]] = {
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), {"resumptionToken"}),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set", "resumptionToken"}),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set", "resumptionToken"}),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
}
PREFIX = "oai_dc"
GOOD_FOR = timedelta(minutes=10)  # a snapshot is kept at least so long after another replaced it
_SALT = "shuren.oai.token.1"
_FORMS = {10: "%Y-%m-%d", 20: "%Y-%m-%dT%H:%M:%SZ"}


@dataclass(frozen=True)
class Wanted:
    """A list that was asked for, or goes on.

    snapshot, last, cursor  where it goes on: in which state of the data, behind which record,
                            and how many came before; "" and 0 at its beginning
    """

    begin: str = ""
    end: str = ""
    set: str = ""
    snapshot: str = ""
    last: str = ""
    cursor: int = 0


def arguments(sent: Any) -> dict[str, str]:
    """The arguments of a GET or POST, each once.

    raises  OaiError badVerb, badArgument
    """
    verbs = sent.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise OaiError("badVerb", "One verb of OAI-PMH 2.0 is needed.")
    needed, possible = VERBS[verbs[0]]
    given = {name: sent.getlist(name) for name in sent if name != "verb"}
    for name, values in given.items():
        if name not in needed | possible:
            raise OaiError("badArgument", f"{verbs[0]} takes no argument {name[:40]!r}.")
        if len(values) != 1:
            raise OaiError("badArgument", f"The argument {name} comes more than once.")
    if "resumptionToken" in given:
        if len(given) > 1:
            raise OaiError("badArgument", "resumptionToken stands alone.")
    elif missing := needed - set(given):
        raise OaiError("badArgument", f"The argument {min(missing)} is missing.")
    return {"verb": verbs[0]} | {name: values[0] for name, values in given.items()}


def wanted(asked: dict[str, str]) -> Wanted:
    """raises  OaiError badArgument, badResumptionToken, cannotDisseminateFormat"""
    if "resumptionToken" in asked:
        return _resumed(asked["verb"], asked["resumptionToken"])
    check_prefix(asked)
    begin, end = (_checked(asked.get(name, "")) for name in ("from", "until"))
    if begin and end and len(begin) != len(end):
        raise OaiError("badArgument", "from and until have different granularity.")
    if begin and end and begin > end:
        raise OaiError("badArgument", "from is later than until.")
    return Wanted(begin, end, asked.get("set", ""))


def check_prefix(asked: dict[str, str]) -> None:
    if asked["metadataPrefix"] != PREFIX:
        raise OaiError("cannotDisseminateFormat", f"There is {PREFIX} here.")


def token(verb: str, place: Wanted) -> str:
    """Signed, so that whoever holds it can change nothing; the server remembers nothing."""
    parts = [place.begin, place.end, place.set, place.snapshot, place.last, place.cursor]
    until = int((now() + GOOD_FOR).timestamp())
    return signing.dumps([verb, until, *parts], salt=_SALT, compress=True)


def selects(place: Wanted, stamp: str) -> bool:
    """Whether from and until take in a datestamp; a day means all its seconds."""
    begin = place.begin if len(place.begin) != 10 else f"{place.begin}T00:00:00Z"
    end = place.end if len(place.end) != 10 else f"{place.end}T23:59:59Z"
    return (not begin or stamp >= begin) and (not end or stamp <= end)


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _resumed(verb: str, text: str) -> Wanted:
    try:
        own, until, *parts = signing.loads(text, salt=_SALT)
        place = Wanted(*parts)
    except (signing.BadSignature, ValueError, TypeError):
        raise OaiError("badResumptionToken", "This token was not made here.") from None
    if own != verb:
        raise OaiError("badResumptionToken", f"This token belongs to {own}.")
    if until < now().timestamp():
        raise OaiError("badResumptionToken", "This token has expired.")
    return place


def _checked(text: str) -> str:
    if not text:
        return ""
    try:
        datetime.strptime(text, _FORMS[len(text)])
    except (ValueError, KeyError):
        raise OaiError("badArgument", f"{text[:40]!r} is not a UTC datestamp.") from None
    return text
