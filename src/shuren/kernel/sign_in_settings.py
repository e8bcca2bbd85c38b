"""[sign_in] of shuren.toml: the second step, the library's own networks, the campus' sign-in."""

import re
from ipaddress import ip_network
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shuren.kernel.i18n import gettext as _

_STRICT = ConfigDict(extra="forbid")
_LOCAL = ("localhost", "127.0.0.1", "::1")
_SECRET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


# fmt: off
class RoleRule(BaseModel):
    """Who says this of somebody gives them this role; the first rule that fits counts."""

    model_config = _STRICT

    claim: str = Field(description="Name of the claim (OIDC) or attribute (CAS).")
    value: str = Field(description="What it must say, or one of what it says; `*`: anything.")
    role: str = Field(description="The role: a file in definitions/roles/.")


class CampusSettings(BaseModel):
    """What both kinds of campus sign-in say."""

    model_config = _STRICT

    title_zh: str = Field("校园统一身份认证", description="What the button says, in Chinese.")
    title_en: str = Field("Campus account", description="What the button says, in English.")
    card_claim: str = Field("", description="Claim with the card number; it becomes a pseudonym at once and is kept in the vault only.")  # noqa: E501
    name_claim: str = Field("", description="Claim with the name, kept in the vault only; empty: not taken.")  # noqa: E501
    email_claim: str = Field("", description="Claim with the e-mail address, kept in the vault only; empty: not taken.")  # noqa: E501
    roles: list[RoleRule] = Field([], description="Rules `{claim, value, role}`, the first that fits counts; who fits none is not let in.")  # noqa: E501


class OidcSettings(CampusSettings):
    """OpenID Connect, authorisation code flow with PKCE."""

    issuer: str = Field(description="Address of the provider, as it calls itself.")
    client_id: str = Field(description="What the provider calls this library.")
    secret: str = Field("oidc", description="Name of the secret: SHUREN_SECRET_<NAME>, or data/secrets/<name>; empty: a public client.")  # noqa: E501
    scopes: str = Field("openid profile", description="What is asked for, with spaces.")

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        return _is_safe_address(value)

    @field_validator("secret")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if value and not _SECRET_NAME.fullmatch(value):
            raise ValueError(_("it is the name of a secret, not the secret itself"))
        return value


class CasSettings(CampusSettings):
    """CAS 3.0."""

    server: str = Field(description="Address of the CAS server, without /login.")

    @field_validator("server")
    @classmethod
    def _safe(cls, value: str) -> str:
        return _is_safe_address(value)


class SignInSettings(BaseModel):
    """[sign_in]"""

    model_config = _STRICT

    second_step: Literal["personal", "staff", "nobody"] = Field("personal", description="Who must sign in with an authenticator as well: staff whose role reaches personal data, all staff, or nobody. Anybody may. A demo never asks.")  # noqa: E501
    networks: list[str] = Field([], description="The library's own networks, like 10.1.0.0/16; a session then says whether it began there.")  # noqa: E501
    oidc: OidcSettings | None = Field(None, description="Campus sign-in by OpenID Connect: [sign_in.oidc], see docs/how-to/sign-in.md.")  # noqa: E501
    cas: CasSettings | None = Field(None, description="Campus sign-in by CAS 3.0: [sign_in.cas].")
# fmt: on

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, values: list[str]) -> list[str]:
        for value in values:
            try:
                ip_network(value)
            except ValueError:
                raise ValueError(
                    _("'%(value)s' is no network, like 10.1.0.0/16", value=value)
                ) from None
        return values


def _is_safe_address(value: str) -> str:
    """https, but for a provider on this machine; without a trailing slash."""
    parts = urlsplit(value)
    local = parts.scheme == "http" and parts.hostname in _LOCAL
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValueError(_("it must begin with https:// and name a host"))
    return value.rstrip("/")
