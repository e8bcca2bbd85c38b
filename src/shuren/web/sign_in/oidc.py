"""OpenID Connect Core 1.0, authorisation code flow with PKCE (RFC 7636).

The provider's own description (Discovery 1.0) and keys are asked once an hour. A token is believed
when its signature is by one of those keys with a public-key algorithm, and issuer, audience, time
and nonce are ours.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.named_secrets import secret
from shuren.kernel.sign_in_settings import OidcSettings
from shuren.kernel.site import Site
from shuren.trust.errors import CampusUnreachable, SignInRefused

# Never `none` and never HS256: with those, whoever knows the client could sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_TIMEOUT, _KNOWN_FOR, _LEEWAY = 10.0, 3600, 60


def sign_in_address(
    asked: OidcSettings, back: str, *, state: str, nonce: str, verifier: str
) -> str:
    """Where to send the person; raises CampusUnreachable."""
    query = {
        "response_type": "code",
        "client_id": asked.client_id,
        "redirect_uri": back,
        "scope": asked.scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return _with_query(str(_provider(asked)["authorization_endpoint"]), query)


def sign_out_address(asked: OidcSettings, home: str) -> str:
    """The provider's log-out (RP-Initiated Logout 1.0), or ''. Without an id_token_hint: the
    token says who it is, so no session keeps it, and the provider asks the person instead."""
    end = str(_provider(asked).get("end_session_endpoint") or "")
    query = {"client_id": asked.client_id, "post_logout_redirect_uri": home}
    return _with_query(end, query) if end else ""


def challenge(verifier: str) -> str:
    """RFC 7636, 4.2: S256."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def who(
    site: Site,
    asked: OidcSettings,
    back: str,
    answer: Mapping[str, str],
    *,
    nonce: str,
    verifier: str,
) -> dict[str, Any]:
    """The claims about who came back, `sub` among them.

    answer  what the provider wrote into the address: code; iss if it says it (RFC 9207)
    raises  SignInRefused, CampusUnreachable
    """
    if not answer.get("code"):
        raise said_no()
    provider = _provider(asked)
    if answer.get("iss", asked.issuer).rstrip("/") != asked.issuer:
        raise _not_believed()
    tokens = _exchange(site, asked, provider, back, answer["code"], verifier)
    claims = _believed(asked, provider, str(tokens.get("id_token") or ""), nonce)
    if provider.get("userinfo_endpoint") and tokens.get("access_token"):
        more = _json(
            "GET", str(provider["userinfo_endpoint"]),
            headers={"Authorization": f"Bearer {tokens['access_token']}"},
        )  # fmt: skip
        if more.get("sub") != claims["sub"]:
            raise _not_believed()
        claims = {**more, **claims}
    return claims


def said_no() -> SignInRefused:
    return SignInRefused(
        _("The campus did not let you in, or you changed your mind there."), fix=_("Begin again.")
    )


def forget_providers() -> None:
    """Ask every provider for its description and keys anew."""
    _described.cache_clear()
    _keys.cache_clear()


def _exchange(
    site: Site,
    asked: OidcSettings,
    provider: dict[str, Any],
    back: str,
    code: str,
    verifier: str,
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    methods = provider.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    sent: dict[str, Any] = {"data": form}
    if not asked.secret:
        form["client_id"] = asked.client_id
    elif "client_secret_basic" in methods:
        sent["auth"] = (asked.client_id, secret(site, asked.secret))
    else:
        form |= {"client_id": asked.client_id, "client_secret": secret(site, asked.secret)}
    return _json("POST", str(provider["token_endpoint"]), **sent)


def _believed(
    asked: OidcSettings, provider: dict[str, Any], token: str, nonce: str
) -> dict[str, Any]:
    """The claims of the ID token (Core 3.1.3.7)."""
    claims = _verified(str(provider["jwks_uri"]), token)
    rules = jwt.JWTClaimsRegistry(
        now=int(now().timestamp()),
        leeway=_LEEWAY,
        iss={"essential": True, "value": str(provider["issuer"])},
        sub={"essential": True},
        aud={"essential": True, "value": asked.client_id},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        rules.validate(claims)
    except JoseError:
        raise _not_believed() from None
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != asked.client_id:
        raise _not_believed()
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise _not_believed()
    return claims


def _verified(address: str, token: str) -> dict[str, Any]:
    """Claims under a good signature; an unknown key is looked for once more, keys do change."""
    hour = _hour()
    try:
        return dict(jwt.decode(token, _keys(address, hour), algorithms=ALGORITHMS).claims)
    except (JoseError, ValueError):
        _keys.cache_clear()
    try:
        return dict(jwt.decode(token, _keys(address, hour), algorithms=ALGORITHMS).claims)
    except (JoseError, ValueError):
        raise _not_believed() from None


def _provider(asked: OidcSettings) -> dict[str, Any]:
    found = _described(asked.issuer, _hour())
    if str(found.get("issuer", "")).rstrip("/") != asked.issuer:
        raise CampusUnreachable(
            _("The campus' sign-in service calls itself something else than %(issuer)s.",
              issuer=asked.issuer),
            fix=_("Correct sign_in.oidc.issuer in shuren.toml."),
        )  # fmt: skip
    return found


@lru_cache(maxsize=4)
def _described(issuer: str, hour: int) -> dict[str, Any]:
    found = _json("GET", f"{issuer}/.well-known/openid-configuration")
    if not all(found.get(n) for n in ("authorization_endpoint", "token_endpoint", "jwks_uri")):
        raise _unreachable()
    return found


@lru_cache(maxsize=4)
def _keys(address: str, hour: int) -> KeySet:
    try:
        return KeySet.import_key_set(_json("GET", address))  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError):
        raise _unreachable() from None


def _json(method: str, address: str, **sent: Any) -> dict[str, Any]:
    """A JSON object over HTTP, no redirect followed.

    raises  SignInRefused when the provider says the request is wrong; CampusUnreachable
    """
    try:
        answer = httpx.request(method, address, timeout=_TIMEOUT, **sent)
        content = answer.json() if answer.status_code < 500 else None
    except (httpx.HTTPError, ValueError):
        raise _unreachable() from None
    if answer.status_code in (400, 401, 403):
        raise _not_believed()
    if answer.status_code != 200 or not isinstance(content, dict):
        raise _unreachable()
    return content


def _with_query(address: str, query: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def _hour() -> int:
    """What is known of a provider is asked anew in the next one."""
    return int(time.time()) // _KNOWN_FOR


def _unreachable() -> CampusUnreachable:
    return CampusUnreachable(
        _("The campus' sign-in service does not answer."), fix=_("Try again in a minute.")
    )


def _not_believed() -> SignInRefused:
    return SignInRefused(_("The campus did not confirm this sign-in."), fix=_("Begin again."))
