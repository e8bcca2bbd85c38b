"""[mail] and [webhooks] of shuren.toml: how messages leave the library."""

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shuren.kernel.i18n import gettext as _
from shuren.kernel.ils_settings import secret_name

_STRICT = ConfigDict(extra="forbid")
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_LOCAL = ("localhost", "127.0.0.1", "::1")
HookKind = Literal["case", "reminder", "notice"]


# fmt: off
class MailSettings(BaseModel):
    """[mail]: the SMTP server that takes the library's mail."""

    model_config = _STRICT

    host: str = Field(description="Name of the SMTP server.")
    port: int = Field(587, ge=1, le=65535, description="Its port: 587 for starttls, 465 for tls.")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="starttls, tls from the first byte, or none; none only to this machine itself.")  # noqa: E501
    ca_file: str = Field("", description="Certificate of the authority that signed the server's (PEM), where the system does not know it.")  # noqa: E501
    user: str = Field("", description="User of the server; empty: it asks for none.")
    password: str = Field("smtp", description="Name of the secret with the password: SHUREN_SECRET_<NAME>, or data/secrets/<name>.")  # noqa: E501
    sender: str = Field(description="Address that mails come from, like library@example.edu.")
    reply_to: str = Field("", description="Address that answers go to; empty: the sender's.")
    timeout_s: float = Field(20.0, gt=0, le=120, description="Seconds that one answer of the server may take.")  # noqa: E501
    per_run: int = Field(500, ge=1, le=100_000, description="Mails sent in one round of `shuren work` at most.")  # noqa: E501

    @field_validator("sender", "reply_to")
    @classmethod
    def _is_one_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError(_("it must be one e-mail address, like library@example.edu"))
        return value

    @field_validator("password")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        return secret_name(value)

    @model_validator(mode="after")
    def _is_encrypted(self) -> "MailSettings":
        if self.security == "none" and self.host not in _LOCAL:
            raise ValueError(_("security: only a server on this machine may be spoken to without encryption"))  # noqa: E501
        return self


class WebhookSettings(BaseModel):
    """[webhooks.NAME]: another system that is told what happened, never to whom."""

    model_config = _STRICT

    url: str = Field(description="Where it takes messages (POST).")
    secret: str = Field("webhook", description="Name of the secret they are signed with: SHUREN_SECRET_<NAME>, or data/secrets/<name>.")  # noqa: E501
    kinds: list[HookKind] = Field(["case"], description="Kinds of messages it is told of: case, reminder, notice.")  # noqa: E501
    allow_private: bool = Field(False, description="Whether it may be at a private address, such as one of the campus network.")  # noqa: E501
    timeout_s: float = Field(10.0, gt=0, le=60, description="Seconds that an answer may take.")

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        local = parts.scheme == "http" and parts.hostname in _LOCAL
        if not parts.hostname or parts.username or not (parts.scheme == "https" or local):
            raise ValueError(_("it must begin with https:// and name a host"))
        return value

    @field_validator("secret")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        return secret_name(value)
# fmt: on
