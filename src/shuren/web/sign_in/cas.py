"""CAS 3.0 (apereo.github.io/cas, protocol specification): /login, /p3/serviceValidate, /logout."""

from typing import Any
from urllib.parse import urlencode

import httpx
from lxml import etree

from shuren.kernel.i18n import gettext as _
from shuren.kernel.sign_in_settings import CasSettings
from shuren.trust.errors import CampusUnreachable, SignInRefused

_CAS = "{http://www.yale.edu/tp/cas}"
_SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
_TIMEOUT = 10.0
_LONGEST_TICKET, _LARGEST = 512, 256 * 1024


def sign_in_address(asked: CasSettings, service: str) -> str:
    return f"{asked.server}/login?{urlencode({'service': service})}"


def sign_out_address(asked: CasSettings) -> str:
    return f"{asked.server}/logout"


def who(asked: CasSettings, service: str, ticket: str) -> tuple[str, dict[str, object]]:
    """(user, attributes) behind a ticket, which the server takes once only.

    raises  SignInRefused if the server does not know it, or knows it for another service;
            CampusUnreachable
    """
    if not ticket or len(ticket) > _LONGEST_TICKET:
        raise _refused()
    try:
        answer = httpx.get(
            f"{asked.server}/p3/serviceValidate",
            params={"service": service, "ticket": ticket},
            timeout=_TIMEOUT,
        )
        answer.raise_for_status()
    except httpx.HTTPError:
        raise CampusUnreachable(
            _("The campus' sign-in service does not answer."), fix=_("Try again in a minute.")
        ) from None
    root = _parse(answer.content)
    success = root.find(f"{_CAS}authenticationSuccess") if root is not None else None
    user = success.findtext(f"{_CAS}user", "").strip() if success is not None else ""
    if success is None or not user:
        raise _refused()
    said: dict[str, object] = {"user": user}
    for element in success.iterfind(f"{_CAS}attributes/*"):
        name = etree.QName(element).localname
        text = (element.text or "").strip()
        before = said.get(name)
        if name == "user":
            continue
        said[name] = [*before, text] if isinstance(before, list) else [text]
    return user, said


def ended_ticket(request: str) -> str:
    """The ticket a log-out request (SAML 2.0) names, or ''."""
    root = _parse(request.encode())
    if root is None or root.tag != f"{_SAMLP}LogoutRequest":
        return ""
    return (root.findtext(f"{_SAMLP}SessionIndex") or "").strip()


def _parse(data: bytes) -> Any:
    """XML without entities, DTDs or the network; None if it is none."""
    if not data or len(data) > _LARGEST:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None
    return None if root.getroottree().docinfo.doctype else root


def _refused() -> SignInRefused:
    return SignInRefused(_("The campus did not confirm this sign-in."), fix=_("Begin again."))
