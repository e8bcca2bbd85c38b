"""Who may come in: a key in the Authorization header, and nowhere else."""

from django.http import HttpRequest
from ninja.security.base import AuthBase

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.trust.actions import admit_api_key
from shuren.trust.queries import require_scope
from shuren.web.api.problems import Problem

_NAMES = {"key", "api_key", "apikey", "api-key", "access_token", "token", "authorization"}
_BEGINNINGS = ("shk_", "shr_")  # of the open API, and of readers' own


class ApiKey(AuthBase):
    """`Authorization: Bearer shk_…`. Every request is counted, then the scope is asked for.

    scope   `figures:read`; may name a part of the address: `marts:read:{table}`; "" for any key
    """

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Actor:
        refuse_key_in_address(request)
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise Problem(
                "no-key",
                _("This request came without a key."),
                fix=_("Send it in a header: Authorization: Bearer <key>."),
            )
        actor = admit_api_key(text.strip())
        if self.scope:
            place = request.resolver_match
            actor = require_scope(actor, self.scope.format(**(place.kwargs if place else {})))
        request.actor = actor  # type: ignore[attr-defined]
        return actor


def refuse_key_in_address(request: HttpRequest) -> None:
    """Addresses are kept in histories and logs of every machine on the way."""
    address = request.get_full_path()
    is_named = bool(_NAMES & {name.lower() for name in request.GET})
    if not is_named and not any(one in address for one in _BEGINNINGS):
        return
    raise Problem(
        "key-in-address",
        _("A key in the address can be read in logs and histories, so it is not taken from there."),
        fix=_("Send it in a header: Authorization: Bearer <key>. Rotate a key that was in one."),
    )
