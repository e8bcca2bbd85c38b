"""[ils] of shuren.toml: which circulation system lends, and how it is reached."""

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shuren.kernel.i18n import gettext as _

_STRICT = ConfigDict(extra="forbid")
_SECRET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


# fmt: off
class Sip2Settings(BaseModel):
    """[ils.sip2]: 3M SIP 2.00 over TCP. It is not encrypted: let it run through a tunnel."""

    model_config = _STRICT

    host: str = Field(description="Where the SIP2 server listens, or your end of the tunnel to it.")
    port: int = Field(6001, ge=1, le=65535, description="Its port.")
    institution: str = Field("", description="Institution id (AO) that the server expects.")
    user: str = Field("", description="Login (CN); empty: the server asks for none.")
    password: str = Field("sip2", description="Name of the secret with the password of the login (CO): SHUREN_SECRET_<NAME>, or data/secrets/<name>.")  # noqa: E501
    location: str = Field("", description="Location code (CP) of this terminal.")
    terminal_password: str = Field("", description="Name of the secret with the terminal password (AC); empty: none is sent.")  # noqa: E501
    charset: Literal["utf-8", "gbk", "gb18030", "ascii", "iso-8859-1"] = Field("utf-8", description="Character set that the server writes and reads.")  # noqa: E501
    error_detection: bool = Field(True, description="Whether messages carry a sequence number and a checksum (AY, AZ).")  # noqa: E501
    due_format: str = Field("", description="How the server writes due dates (AH), like %d/%m/%Y; empty: the forms of SIP2 and of ISO 8601.")  # noqa: E501
    timeout_s: float = Field(3.0, gt=0, le=60, description="Seconds that an answer may take.")
    budget_s: float = Field(2.0, gt=0, le=60, description="Seconds that one page may spend on asking where copies are; the others are shown as the snapshot has them.")  # noqa: E501

    @field_validator("password", "terminal_password")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        return secret_name(value)


class KohaSettings(BaseModel):
    """[ils.koha]: Koha's REST interface."""

    model_config = _STRICT

    url: str = Field(description="Address of Koha's staff side, without /api/v1.")
    sign_in: Literal["oauth2", "basic"] = Field("oauth2", description="oauth2 (client credentials) or basic; Koha must allow it.")  # noqa: E501
    user: str = Field(description="Client id, or the user of basic sign-in.")
    secret: str = Field("koha", description="Name of the secret: SHUREN_SECRET_<NAME>, or data/secrets/<name>.")  # noqa: E501
    libraries: dict[str, str] = Field({}, description="Koha's library code of each campus, `{ \"East campus\" = \"EAST\" }`; a campus that is not here goes by its name.")  # noqa: E501
    timeout_s: float = Field(3.0, gt=0, le=60, description="Seconds that an answer may take.")

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
        if not parts.hostname or not (parts.scheme == "https" or local):
            raise ValueError(_("it must begin with https:// and name a host"))
        return value.rstrip("/")

    @field_validator("secret")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        return secret_name(value)


class IlsSettings(BaseModel):
    """[ils]"""

    model_config = _STRICT

    adapter: Literal["own", "sip2", "koha"] = Field("own", description="Which system lends: own (ours), sip2 or koha.")  # noqa: E501
    sip2: Sip2Settings | None = Field(None, description="How SIP2 is reached: [ils.sip2], see docs/how-to/connect-an-ils.md.")  # noqa: E501
    koha: KohaSettings | None = Field(None, description="How Koha is reached: [ils.koha].")

    @model_validator(mode="after")
    def _says_how(self) -> "IlsSettings":
        if self.adapter != "own" and getattr(self, self.adapter) is None:
            raise ValueError(_("[ils.%(name)s] is missing: it says how the system is reached",
                               name=self.adapter))
        return self
# fmt: on


def secret_name(value: str) -> str:
    if value and not _SECRET_NAME.fullmatch(value):
        raise ValueError(_("it is the name of a secret, not the secret itself"))
    return value
