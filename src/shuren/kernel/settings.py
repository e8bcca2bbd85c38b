"""The settings of a site: shuren.toml, overridden by SHUREN_<NAME> in the environment.

Each setting is one line: name, default, help. docs/reference/settings.md is made from them.
"""

import os
import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ils_settings import IlsSettings, KohaSettings, Sip2Settings
from shuren.kernel.message_settings import MailSettings, WebhookSettings
from shuren.kernel.search_settings import OpenSearchSettings, SearchSettings
from shuren.kernel.sign_in_settings import CasSettings, OidcSettings, SignInSettings
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.kernel.voice_settings import MailboxSettings, VoiceSettings

PREFIX = "SHUREN_"
# Environment names with the same prefix that say how to run, not how the site is.
RUN_NAMES = ("SHUREN_SITE", "SHUREN_LANG", "SHUREN_NOW", "SHUREN_DEBUG",
             "SHUREN_PYTHON", "SHUREN_CHROMIUM", "SHUREN_VAULT_KEY")  # fmt: skip

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")

# An origin, or all hosts below a domain; never a path, and nothing a policy could take for more.
_FRAMING_SITE = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")

_STORES = ("s3", "gs", "abfss", "file")

# Groups with fewer persons than this are never shown. A law of the house, not a setting.
SMALLEST_GROUP = 5


# fmt: off
class SiteSettings(BaseSettings):
    """All settings with their defaults."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", env_ignore_empty=True)  # noqa: E501

    name_zh: str = Field("本馆", description="Name of the library in Chinese.")
    name_en: str = Field("Our Library", description="Name of the library in English.")
    language: Literal["zh-hans", "en"] = Field("zh-hans", description="Language of a visitor's first page.")  # noqa: E501
    time_zone: str = Field("Asia/Shanghai", description="Time zone of the library, an IANA name.")
    calendar: str = Field("china-university", description="The calendar in definitions/calendars/ that the library keeps.")  # noqa: E501
    demo: bool = Field(False, description="A demo library: the sign-in page lists its accounts.")
    record_searches: bool = Field(True, description="Keep the words of searches and what was opened, never by whom.")  # noqa: E501
    upload_mb: int = Field(64, ge=1, le=4096, description="Largest file that can be sent to the workbench, in megabytes.")  # noqa: E501
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Processes that answer requests.")
    public_url: str = Field("", description="Address readers use, like https://lib.example.edu; empty: as they came.")  # noqa: E501
    admin_email: str = Field("", description="Whom harvesters of /oai write to when something is wrong; empty: postmaster at the host of public_url.")  # noqa: E501
    tls_cert: Path | None = Field(None, description="Certificate chain (PEM); with tls_key it turns TLS on.")  # noqa: E501
    tls_key: Path | None = Field(None, description="Private key of the certificate (PEM).")
    http_port: int | None = Field(None, ge=1, le=65535, description="With TLS: also listen here and redirect to https.")  # noqa: E501
    behind_proxy: bool = Field(False, description="A proxy of yours sets X-Forwarded-Proto and X-Forwarded-For.")  # noqa: E501
    backup_days: int = Field(90, ge=0, le=3650, description="Days the library keeps a backup; a certificate of erasure says until when old ones may hold a reader.")  # noqa: E501
    erasure_days: int = Field(7, ge=1, le=30, description="Days within which what a reader had erased goes from the disk; no query sees it from the first moment.")  # noqa: E501
    database_url: str = Field("", description="postgresql://user:password@host:5432/name; empty: SQLite in the site.")  # noqa: E501
    build_memory_gb: int = Field(0, ge=0, le=4096, description="Memory a build takes before it writes to disk, in gigabytes; 0: half of the machine's, at most 4.")  # noqa: E501
    build_threads: int = Field(0, ge=0, le=256, description="Processor cores a build uses; 0: all.")
    break_glass_minutes: int = Field(60, ge=5, le=480, description="How long a reader's records may stay open at most after they were opened in an emergency.")  # noqa: E501
    embed_sites: tuple[str, ...] = Field((), description="Sites that may show the search box in a frame, like https://cs.example.edu or https://*.example.edu; empty: none.")  # noqa: E501
    dataset_prefix: str = Field("local", pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,40}$", description="What identifiers of published datasets begin with: your DOI prefix, or any name; nothing is registered anywhere.")  # noqa: E501
    snapshot_store: str = Field("", description="Where `shuren snapshot` pushes to and pulls from, like s3://bucket/path?endpoint_override=minio.example.edu&region=us-east-1.")  # noqa: E501
    spark_master: str = Field("", description="Master of `shuren build --engine spark`, like spark://host:7077; empty: this machine alone.")  # noqa: E501
    spark_work: str = Field("", description="A store that Spark's workers reach, like s3a://bucket/work; empty: they share the site's folder.")  # noqa: E501
    spark_options: dict[str, str] = Field({}, description="More settings of Spark, each a text.")
    sign_in: SignInSettings = Field(SignInSettings.model_validate({}), description="The section [sign_in], see below.")  # noqa: E501
    ils: IlsSettings = Field(IlsSettings.model_validate({}), description="The section [ils], see below.")  # noqa: E501
    voice: VoiceSettings = Field(VoiceSettings.model_validate({}), description="The section [voice], see below.")  # noqa: E501
    mail: MailSettings | None = Field(None, description="The section [mail], see below; without it mails stay in the outbox.")  # noqa: E501
    webhooks: dict[str, WebhookSettings] = Field({}, description="The sections [webhooks.NAME], see below.")  # noqa: E501
    search: SearchSettings = Field(SearchSettings.model_validate({}), description="The section [search], see below.")  # noqa: E501
# fmt: on

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what shuren.toml says."""
        return env_settings, init_settings

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(_("it is no IANA time zone")) from None
        return value

    @field_validator("public_url")
    @classmethod
    def _is_http_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError(_("it must begin with http:// or https:// and name a host"))
        return value.rstrip("/")

    @field_validator("admin_email")
    @classmethod
    def _is_one_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError(_("it must be one e-mail address, like library@example.edu"))
        return value

    @field_validator("embed_sites")
    @classmethod
    def _are_sites(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not _FRAMING_SITE.fullmatch(one):
                raise ValueError(
                    _("'%(site)s' is no site; write https://, a host, and nothing after it",
                      site=one[:80])
                )  # fmt: skip
        return value

    @field_validator("snapshot_store")
    @classmethod
    def _is_a_store(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and parts.scheme not in _STORES:
            raise ValueError(_("it must begin with one of: %(names)s", names=", ".join(_STORES)))
        if "@" in parts.netloc:
            raise ValueError(_("keys of a store belong into the environment, not into an address"))
        return value

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("postgresql", "postgres"):
            # The address may hold a password, so the sentence does not repeat it.
            raise ValueError(_("it must begin with postgresql://"))
        return value

    @model_validator(mode="after")
    def _cert_and_key(self) -> "SiteSettings":
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError(_("tls_cert and tls_key belong together; one of them is missing"))
        return self

    @model_validator(mode="after")
    def _campus_knows_the_way_back(self) -> "SiteSettings":
        """Otherwise whoever writes the Host header chooses where the campus sends people."""
        if (self.sign_in.oidc or self.sign_in.cas) and not self.public_url:
            raise ValueError(_("campus sign-in needs public_url, the address readers come back to"))
        return self

    @model_validator(mode="after")
    def _mails_lead_back(self) -> "SiteSettings":
        """A mail names where to read on and where to stop it."""
        if self.mail and not self.public_url:
            raise ValueError(_("[mail] needs public_url, the address that mails lead back to"))
        return self

    @field_validator("webhooks")
    @classmethod
    def _hooks_have_names(cls, value: dict[str, WebhookSettings]) -> dict[str, WebhookSettings]:
        for name in value:
            if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
                raise ValueError(_("a webhook's name has small letters, digits, - and _"))
        return value

    @property
    def tls(self) -> bool:
        return self.tls_cert is not None

    @property
    def https(self) -> bool:
        """Whether readers arrive by https, here or at the proxy."""
        return self.tls or self.public_url.startswith("https://")


def read_settings(site: Site) -> SiteSettings:
    """The settings of a site; relative paths in them start at its folder.

    raises  UsageError naming every wrong line of shuren.toml or of the environment
    """
    values = _read_toml(site.settings_file)
    if os.environ.get("DATABASE_URL") and not os.environ.get(f"{PREFIX}DATABASE_URL"):
        values["database_url"] = os.environ["DATABASE_URL"]
    wrong = _unknown_environment()
    try:
        settings = SiteSettings(**values)
    except ValidationError as error:
        wrong += [_sentence(detail, site) for detail in error.errors(include_url=False)]
    if wrong:
        raise UsageError(" ".join(wrong), fix=_("docs/reference/settings.md lists all settings."))
    for name in ("tls_cert", "tls_key"):
        path = getattr(settings, name)
        if path is not None:
            setattr(settings, name, site.root / path.expanduser())
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError(
            _("%(path)s is not UTF-8 text.", path=path), fix=_("Save the file as UTF-8.")
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            _("%(path)s is not valid TOML: %(problem)s.", path=path, problem=error)
        ) from None


def _unknown_environment() -> list[str]:
    """Sentences about names one slip away from a setting; others may belong to a wrapper."""
    known = {PREFIX + name.upper() for name in SiteSettings.model_fields}
    names = [n for n in sorted(os.environ) if n.startswith(PREFIX) and n not in RUN_NAMES]
    names = [n for n in names if not n.startswith(f"{PREFIX}SECRET_")]
    names = [n for n in names if n.partition("__")[0] not in known]
    return [
        _("There is no setting %(name)s.", name=name) + " " + did_you_mean(name, known)
        for name in names
        if name not in known and get_close_matches(name, known, n=1, cutoff=0.8)
    ]


def _sentence(detail: ErrorDetails, site: Site) -> str:
    """One of pydantic's findings in words for the person who wrote the line."""
    name = ".".join(str(part) for part in detail["loc"])
    origin = f"{PREFIX}{name.upper().replace('.', '__')}"
    place = origin if os.environ.get(origin) else f"{site.settings_file.name}: {name}"
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = known_names()
        return (
            _("%(place)s: there is no such setting.", place=place) + " " + did_you_mean(name, known)
        )
    if kind == "missing":
        return _("%(place)s is missing.", place=place)
    if kind == "value_error":
        reason = str(context["error"])
        return f"{place}: {reason}." if name else f"{reason}."
    wanted = _wanted(kind, context)
    return _("%(place)s must be %(wanted)s.", place=place, wanted=wanted)


def known_names() -> dict[str, FieldInfo]:
    """Every setting by its whole name: `port`, `sign_in.networks`, `sign_in.oidc.issuer` …"""
    found = dict(SiteSettings.model_fields)
    sections: dict[str, type[BaseModel]] = {
        "sign_in": SignInSettings, "sign_in.oidc": OidcSettings, "sign_in.cas": CasSettings,
        "ils": IlsSettings,
        "ils.sip2": Sip2Settings,
        "ils.koha": KohaSettings,
        "voice": VoiceSettings,
        "voice.president": MailboxSettings,
        "voice.curator": MailboxSettings,
        "mail": MailSettings,
        "webhooks.NAME": WebhookSettings,
        "search": SearchSettings,
        "search.opensearch": OpenSearchSettings,
    }  # fmt: skip
    for section, model in sections.items():
        found |= {f"{section}.{name}": field for name, field in model.model_fields.items()}
    return found


def _wanted(kind: str, context: dict[str, Any]) -> str:
    if kind.startswith("int_"):
        return _("a whole number")
    if kind.startswith("bool_"):
        return _("true or false")
    if kind == "literal_error":
        return _("one of %(values)s", values=context["expected"])
    if kind == "greater_than_equal":
        return _("at least %(limit)s", limit=context["ge"])
    if kind == "less_than_equal":
        return _("at most %(limit)s", limit=context["le"])
    return _("text in quotes")
