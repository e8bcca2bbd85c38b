"""[voice] of shuren.toml: the mailboxes that opinions come by."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shuren.kernel.i18n import gettext as _
from shuren.kernel.ils_settings import LOCAL_HOSTS, secret_name

_STRICT = ConfigDict(extra="forbid")


# fmt: off
class MailboxSettings(BaseModel):
    """[voice.president], [voice.curator]: one mailbox, read by IMAP."""

    model_config = _STRICT

    host: str = Field(description="Where the IMAP server listens.")
    port: int = Field(993, ge=1, le=65535, description="Its port.")
    security: Literal["tls", "starttls", "none"] = Field("tls", description="tls, starttls, or none on this machine alone.")  # noqa: E501
    user: str = Field(description="Name of the mailbox's account.")
    password: str = Field("voice", description="Name of the secret with its password: SHUREN_SECRET_<NAME>, or data/secrets/<name>.")  # noqa: E501
    folder: str = Field("INBOX", description="Folder that letters are taken from; they stay there, marked as read.")  # noqa: E501
    timeout_s: float = Field(20.0, gt=0, le=300, description="Seconds that an answer may take.")

    @field_validator("password")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        return secret_name(value)

    @model_validator(mode="after")
    def _is_private(self) -> "MailboxSettings":
        if self.security == "none" and self.host not in LOCAL_HOSTS:
            raise ValueError(_("a password is never sent unencrypted to another machine"))
        return self


class VoiceSettings(BaseModel):
    """[voice]"""

    model_config = _STRICT

    president: MailboxSettings | None = Field(None, description="The president's mailbox: [voice.president], see docs/how-to/voice.md.")  # noqa: E501
    curator: MailboxSettings | None = Field(None, description="The curator's mailbox: [voice.curator].")  # noqa: E501
# fmt: on
