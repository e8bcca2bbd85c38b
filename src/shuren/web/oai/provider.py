"""OAI-PMH 2.0 for the library's titles: six verbs, GET and POST, no key.

Records are public; which harvester came is nobody's business, each page is a line in the ledger.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from shuren.data.errors import NoSnapshot
from shuren.kernel.clock import now
from shuren.web.oai import asking
from shuren.web.oai.asking import PREFIX, utc
from shuren.web.oai.errors import OaiError
from shuren.web.oai.holdings import SET, Holdings, holdings, identifier, title_of
from shuren.web.oai.writing import DC_SCHEMA, OAI_DC, Element, add, document, dublin_core, written
from shuren.web.oai.writing import header as write_header
from shuren.web.workbench.shell import current_site

MEDIA_TYPE = "text/xml; charset=utf-8"
RETRY_AFTER = 600


@gzip_page
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """Every error of the protocol is an answer of status 200; 503 when nothing is built."""
    base, domain = _address(request)
    asked: dict[str, str] = {}
    try:
        asked = asking.arguments(request.POST if request.method == "POST" else request.GET)
        root, body = document(utc(now()), base, asked)
        _answer(body, asked, base, domain)
    except OaiError as error:
        shown = {} if error.code in ("badVerb", "badArgument") else asked
        root, body = document(utc(now()), base, shown)
        add(body, "error", error.message, code=error.code)
    except NoSnapshot:
        response = HttpResponse(status=503)
        response["Retry-After"] = str(RETRY_AFTER)
        return response
    return HttpResponse(written(root), content_type=MEDIA_TYPE)


def _answer(body: Element, asked: dict[str, str], base: str, domain: str) -> None:
    verb = asked["verb"]
    if verb in ("ListIdentifiers", "ListRecords"):
        _list(body, asked, domain)
        return
    with holdings(current_site()) as held:
        if verb == "Identify":
            _identify(add(body, verb), held, base, domain)
        elif verb == "ListMetadataFormats":
            _formats(body, asked, held, domain)
        elif verb == "ListSets":
            _sets(body, asked, held)
        else:
            asking.check_prefix(asked)
            row = _known(asked["identifier"], held, domain)
            _record(add(body, verb), row, held, domain, whole=True)


def _identify(body: Element, held: Holdings, base: str, domain: str) -> None:
    """Records that vanish are not announced: deletions are not kept track of, and we say so."""
    named = settings.SITE_SETTINGS
    add(body, "repositoryName", f"{named.name_zh} / {named.name_en}")
    add(body, "baseURL", base)
    add(body, "protocolVersion", "2.0")
    # Every domain that takes mail has a postmaster (RFC 5321 §4.5.1); doctor asks for better.
    add(body, "adminEmail", named.admin_email or f"postmaster@{domain}")
    add(body, "earliestDatestamp", held.stamp)
    add(body, "deletedRecord", "no")
    add(body, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    add(body, "compression", "gzip")


def _formats(body: Element, asked: dict[str, str], held: Holdings, domain: str) -> None:
    if "identifier" in asked:
        _known(asked["identifier"], held, domain)
    made = add(add(body, "ListMetadataFormats"), "metadataFormat")
    add(made, "metadataPrefix", PREFIX)
    add(made, "schema", DC_SCHEMA)
    add(made, "metadataNamespace", OAI_DC)


def _sets(body: Element, asked: dict[str, str], held: Holdings) -> None:
    if "resumptionToken" in asked:
        raise OaiError("badResumptionToken", "All sets come in one answer.")
    found = held.sets()
    if not found:
        raise OaiError("noSetHierarchy", "No title has a class yet.")
    made = add(body, "ListSets")
    for spec, name in found:
        one = add(made, "set")
        add(one, "setSpec", spec)
        add(one, "setName", name)


def _list(body: Element, asked: dict[str, str], domain: str) -> None:
    verb = asked["verb"]
    place = asking.wanted(asked)
    with holdings(current_site(), place.snapshot) as held:
        page = held.page(place)
        made = add(body, verb)
        for row in page.rows:
            _record(made, row, held, domain, whole=verb == "ListRecords")
    if page.place is None and not place.cursor:
        return  # one answer holds the whole list
    about = {"completeListSize": str(page.size), "cursor": str(place.cursor)}
    if page.place is None:
        add(made, "resumptionToken", **about)
        return
    about["expirationDate"] = utc(now() + asking.GOOD_FOR)
    add(made, "resumptionToken", asking.token(verb, page.place), **about)


def _record(
    parent: Element, row: dict[str, object], held: Holdings, domain: str, *, whole: bool
) -> None:
    sets = [f"{SET}{row['clc_main']}"] if row["clc_main"] else []
    target = add(parent, "record") if whole else parent
    write_header(target, identifier(domain, str(row["title_id"])), held.stamp, sets)
    if whole:
        dublin_core(target, row)


def _known(text: str, held: Holdings, domain: str) -> dict[str, object]:
    title_id = title_of(domain, text)
    row = held.record(title_id) if title_id and "\0" not in title_id else None
    if row is None:
        raise OaiError("idDoesNotExist", f"There is no record {text[:80]!r}.")
    return row


def _address(request: HttpRequest) -> tuple[str, str]:
    """The base URL, and the name that identifiers carry: the library's, wherever it is asked."""
    public = settings.SITE_SETTINGS.public_url
    path = reverse("oai")
    if public:
        return f"{public}{path}", urlsplit(public).hostname or "localhost"
    return request.build_absolute_uri(path), "localhost"
