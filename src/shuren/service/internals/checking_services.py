"""What a service's file must say beside being readable: whatever it names is there.

A version that was kept with a running case is only read, never checked anew: what it named may be
gone, and the case goes on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shuren.kernel.definitions import Key
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.service.flow_shapes import Flow, Service
from shuren.service.internals.limit_words import KNOWN
from shuren.service.internals.reading_forms import one_of, two_languages
from shuren.service.internals.reading_services import SERVICE_KEYS

FIVE_SCENES = ("subject", "teaching", "student", "faculty", "governance")


@dataclass(frozen=True)
class Names:
    """What may be named, id → {zh, en}, from definitions/vocabularies/service_*.yaml."""

    categories: Mapping[str, dict[str, str]]
    fields: Mapping[str, dict[str, str]]
    centres: Mapping[str, dict[str, str]]
    posts: Mapping[str, dict[str, str]]
    audiences: Mapping[str, dict[str, str]]
    channels: Mapping[str, dict[str, str]]
    systems: Mapping[str, dict[str, str]]
    modules: Mapping[str, dict[str, str]]
    scenes: Mapping[str, dict[str, str]]
    modes: Mapping[str, dict[str, str]]
    levels: Mapping[str, dict[str, str]]


def check_service(path: Path, one: Service, names: Names, indicators: Iterable[str]) -> None:
    """Raise DefinitionError, naming file, key and fix, for a name that is not there."""
    _required(path, "scenes", one.scenes)
    _required(path, "maturity", one.maturity)
    for key, said, known in (
        ("organisation.owner", [one.owner], names.posts),
        ("showing.channels", one.showing["channels"], names.channels),
        ("systems", one.systems, names.systems),
        ("modules", one.modules, names.modules),
        ("scenes", one.scenes, names.scenes),
        ("modes", one.modes, names.modes),
        ("indicators", one.indicators, indicators),
        ("field", [one.field_of] if one.field_of else [], names.fields),
        ("rules.by_audience", one.by_audience, one.audiences),
    ):
        for name in said:
            one_of(path, key, name, known)
    for name in {*one.limits, *(n for limits in one.by_audience.values() for n in limits)}:
        if name not in KNOWN and name not in one.limit_words:
            raise DefinitionError(
                _("%(path)s: the limit '%(name)s' says nothing to readers.", path=path, name=name),
                fix=_("Write it as {is: number, zh: …, en: …}."),
            )  # fmt: skip
    for key in ("note", "basis"):
        if said := getattr(one, key):
            two_languages(path, f"rules.{key}", said)


def check_delivery(path: Path, one: Service, flow: Flow) -> None:
    """Raise DefinitionError where files are to be delivered by link and the flow delivers none."""
    has_file = any(
        "deliver_file" in way.effects and any(field.type == "file" for field in way.asks)
        for way in flow.transitions
    )
    if one.delivery is not None and not has_file:
        raise DefinitionError(
            _("%(path)s: the flow '%(flow)s' delivers no file.", path=path, flow=flow.id),
            fix=_("Take out rules.delivery, or choose a flow with the effect deliver_file."),
        )


def check_packs(paths: Mapping[str, Path], known: Mapping[str, Service]) -> None:
    """Raise DefinitionError for a pack that holds what there is not, or itself."""
    for id, one in known.items():
        for name in one.pack:
            one_of(paths.get(id, Path(f"{id}.yaml")), "pack", name, set(known) - {id})


def _required(path: Path, key: str, said: object) -> None:
    if not said:
        described: Key = SERVICE_KEYS[key]
        raise DefinitionError(
            _("%(path)s: '%(key)s' is missing.", path=path, key=key),
            fix=pick({"zh": described.zh, "en": described.en}),
        )
