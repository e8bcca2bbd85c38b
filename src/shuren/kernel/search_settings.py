"""[search] of shuren.toml: which engine finds, and how a search server is reached."""

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shuren.kernel.i18n import gettext as _

_STRICT = ConfigDict(extra="forbid")
_SECRET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_INDEX_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LOCAL = ("localhost", "127.0.0.1", "::1")


# fmt: off
class OpenSearchSettings(BaseModel):
    """[search.opensearch]: an OpenSearch- or Elasticsearch-compatible server."""

    model_config = _STRICT

    url: str = Field(description="Where the server answers, https://…; http:// only on this machine, as the end of a tunnel.")  # noqa: E501
    index: str = Field("shuren", description="What the names of its indexes begin with: small letters, digits and _; libraries that share a server each take another.")  # noqa: E501
    sign_in: Literal["none", "basic", "api_key"] = Field("none", description="none, basic (user and password) or api_key.")  # noqa: E501
    user: str = Field("", description="User of basic sign-in.")
    secret: str = Field("search", description="Name of the secret with the password or the key: SHUREN_SECRET_<NAME>, or data/secrets/<name>.")  # noqa: E501
    ca_cert: Path | None = Field(None, description="Certificate (PEM) of who signed the server's; empty: those the system trusts. A certificate is always checked.")  # noqa: E501
    timeout_s: float = Field(3.0, gt=0, le=60, description="Seconds that an answer to a search may take.")  # noqa: E501
    write_timeout_s: float = Field(60.0, gt=0, le=3600, description="Seconds that an answer to writing may take.")  # noqa: E501
    batch: int = Field(500, ge=1, le=10_000, description="Records sent at once.")
    shards: int = Field(1, ge=1, le=64, description="Parts of a new index. With one, all counts are exact.")  # noqa: E501
    replicas: int = Field(0, ge=0, le=8, description="Copies of each part on other machines.")
    failures: int = Field(3, ge=1, le=100, description="Searches without an answer after which the next ones no longer wait for one.")  # noqa: E501
    rest_s: float = Field(10.0, ge=0, le=600, description="Seconds until the server is asked again after that.")  # noqa: E501

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        if "@" in parts.netloc:
            raise ValueError(_("a password belongs into a secret, not into an address"))
        local = parts.scheme == "http" and parts.hostname in _LOCAL
        if not parts.hostname or not (parts.scheme == "https" or local):
            raise ValueError(_("it must begin with https:// and name a host"))
        return value.rstrip("/")

    @field_validator("index")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not _INDEX_NAME.fullmatch(value):
            raise ValueError(_("it must be small letters, digits and _, a letter first"))
        return value

    @field_validator("secret")
    @classmethod
    def _names_a_secret(cls, value: str) -> str:
        if not _SECRET_NAME.fullmatch(value):
            raise ValueError(_("it is the name of a secret, not the secret itself"))
        return value

    @model_validator(mode="after")
    def _says_who(self) -> "OpenSearchSettings":
        if self.sign_in == "basic" and not self.user:
            raise ValueError(_("basic sign-in needs a user"))
        return self


class SearchSettings(BaseModel):
    """[search]"""

    model_config = _STRICT

    engine: Literal["embedded", "opensearch"] = Field("embedded", description="What finds: embedded (in this programme) or opensearch (a server).")  # noqa: E501
    opensearch: OpenSearchSettings | None = Field(None, description="How the server is reached: [search.opensearch], see docs/how-to/search-server.md.")  # noqa: E501

    @model_validator(mode="after")
    def _says_how(self) -> "SearchSettings":
        if self.engine == "opensearch" and self.opensearch is None:
            raise ValueError(_("[search.opensearch] is missing: it says how the server is reached"))
        return self
# fmt: on
