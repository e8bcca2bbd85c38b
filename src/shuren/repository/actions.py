"""What the repository does: publish a version of a dataset, withdraw one, give out files."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shuren.kernel.clock import now
from shuren.kernel.files import sync_folder, write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.repository import queries
from shuren.repository.definitions import dataset as find_dataset
from shuren.repository.definitions import datasets, licences
from shuren.repository.errors import (
    AccessRefused,
    ExportTarget,
    LicenceNotAccepted,
    NothingNew,
    UnknownName,
    WithdrawnVersion,
)
from shuren.repository.internals import making, packaging, shelf
from shuren.repository.models import Acceptance
from shuren.repository.shapes import (
    CLOSED,
    ON_REQUEST,
    SIGNED_IN,
    File,
    Handed,
    Text,
    Tombstone,
    Version,
)
from shuren.trust import egress
from shuren.trust import queries as trust
from shuren.trust.actions import record_use

PUBLISH = "datasets.publish"
TRAINING, REUSE = "training", "reuse"


def publish(site: Site, dataset_id: str, *, actor: Actor) -> Version:
    """Freeze the dataset as the live snapshot gives it as its next version; a line in the ledger.

    raises  trust's NotAllowed without datasets.publish or the dataset's purpose; UnknownName;
            NotFit if something in it must not leave; NothingNew; data's NoSnapshot, NotOpen

    All files are there at once or none is. Earlier versions stay as they are.
    """
    actor = trust.require(actor, PUBLISH)
    dataset = find_dataset(site, dataset_id)
    licence = licences(site)[dataset.licence]
    publisher = queries.publisher(site)
    with shelf.alone(site, dataset_id):
        before = shelf.versions(site, dataset_id)
        made = making.make(site, dataset, actor, shelf.released(site, dataset_id))
        standing = next((one for one in before if one.withdrawn is None), None)
        if not packaging.differs(made, standing):
            raise NothingNew(
                _("“%(title)s” says what version %(number)s says; there is nothing to publish.",
                  title=pick(dataset.title), number=standing.number if standing else 0)
            )  # fmt: skip
        number = before[0].number + 1 if before else 1
        tables = packaging.tables(made)
        contents = {name: content for name, (content, _part) in tables.items()}
        parts = {name: part for name, (_content, part) in tables.items()}
        _check_content(contents, dataset.id, actor)
        version = Version(
            dataset=dataset.id,
            number=number,
            identifier=queries.identifier(site, dataset.id, number),
            at=now(),
            by=actor.id,
            snapshot=made.snapshot,
            data_date=made.data_date,
            begin=made.begin,
            end=made.end,
            parts=tuple(part.about for part in made.parts),
            files=packaging.files_of(contents, parts),
            **packaging.declared(dataset),
        )
        url = queries.url(site, version)
        contents |= packaging.described(version, licence, publisher, url)
        contents[packaging.SUMS] = packaging.sums(contents)
        contents[f"{dataset.id}.{version.label}.zip"] = packaging.zipped(contents)
        version = replace(version, files=packaging.files_of(contents, parts))
        let_out = {p.about.name: p.released for p in made.parts if p.released is not None}
        shelf.put(site, version, contents, let_out)
    columns = [field.name for part in version.parts for field in part.fields]
    rows = sum(part.rows for part in version.parts)
    record_use(actor, dataset.purpose, f"dataset.{dataset.id}", columns, rows,
               f"published {version.label}")  # fmt: skip
    return version


def withdraw(site: Site, dataset_id: str, number: int, *, reason: str, actor: Actor) -> Version:
    """Take the files of a version away; what it was and why it went stays under its identifier.

    raises  trust's NotAllowed, UnknownName; WithdrawnVersion if it is gone already; NothingNew
            without a reason
    """
    actor = trust.require(actor, PUBLISH)
    if not reason.strip():
        raise NothingNew(_("Say why the version is withdrawn; its page will say it."))
    with shelf.alone(site, dataset_id):
        version = queries.version(site, dataset_id, number)
        if version.withdrawn:
            raise WithdrawnVersion(
                _("%(identifier)s was withdrawn already.", identifier=version.identifier)
            )
        shelf.bury(site, version, Tombstone(now(), reason.strip()))
    record_use(actor, "open_data", f"dataset.{dataset_id}", [], 0, f"withdrew v{number}")
    return queries.version(site, dataset_id, number)


def give_out(
    site: Site,
    dataset_id: str,
    number: int,
    file_name: str,
    *,
    accepts: str,
    actor: Actor,
    is_signed_in: bool,
) -> tuple[File, bytes]:
    """One file of a version to whoever has accepted its licence.

    accepts       id of the licence that was accepted
    is_signed_in  whether the actor is an account, and not a visitor
    raises        UnknownName, WithdrawnVersion; AccessRefused by the access tier, unless the actor
                  may publish; LicenceNotAccepted

    The acceptance is counted; who it was is kept only where the tier asks for signing in.
    """
    version = queries.version(site, dataset_id, number)
    file = version.file(file_name)
    if file is None:
        raise UnknownName(_("file"), file_name[:80], [one.name for one in version.files])
    if version.withdrawn:
        raise WithdrawnVersion(
            _("%(identifier)s was withdrawn: %(reason)s", identifier=version.identifier,
              reason=version.withdrawn.reason)
        )  # fmt: skip
    _check_tier(site, version, actor, is_signed_in)
    if accepts != version.licence:
        raise LicenceNotAccepted(
            _("This file comes under the licence %(licence)s, which has to be accepted first.",
              licence=version.licence),
            fix=_("Accept it on the page of the dataset."),
        )  # fmt: skip
    content = shelf.path_of(site, version, file).read_bytes()
    _check_content({file.name: content}, dataset_id, actor)
    Acceptance.objects.create(
        dataset=dataset_id,
        version=number,
        file=file_name,
        licence=accepts,
        accepted_on=now().date(),
        account=actor.id if _tier(site, version) == SIGNED_IN else "",
    )
    return file, content


def forget_acceptances(actor: Actor, ids: Sequence[int] | None = None) -> int:
    """Leave the actor's name out of licences it accepted, of all or of these; the counts stay."""
    own = Acceptance.objects.filter(account=actor.id)
    if ids is not None:
        own = own.filter(pk__in=ids)
    return own.update(account="")


def _check_content(contents: dict[str, bytes], dataset_id: str, actor: Actor) -> None:
    """raises  EgressBlocked if a pseudonym stands in a file that is given out"""
    for name, content in contents.items():
        if name.rpartition(".")[2] not in ("parquet", "zip"):  # of each the CSV is beside it
            egress.check("dataset", actor=actor, table=f"dataset.{dataset_id}", content=content)


def _tier(site: Site, version: Version) -> str:
    """As it is declared now: a dataset that is closed today is not open in its old versions."""
    declared = datasets(site).get(version.dataset)
    return declared.access if declared else version.access


def _check_tier(site: Site, version: Version, actor: Actor, is_signed_in: bool) -> None:
    tier = _tier(site, version)
    if trust.may(actor, PUBLISH):
        return
    if tier == SIGNED_IN and not is_signed_in:
        raise AccessRefused(
            _("This dataset is for people of the university."), fix=_("Sign in, then come back.")
        )
    if tier in (ON_REQUEST, CLOSED):
        raise AccessRefused(
            _("The files of this dataset are not handed out here."),
            fix=_("Ask: %(contact)s.", contact=version.contact),
        )


def export(site: Site, target: Path, *, actor: Actor, purpose: str = REUSE) -> Handed:
    """Copy the newest version of each dataset into a new folder, with a manifest.

    purpose  training: only what is flagged for the training of models, when it was published and
             today; reuse: whatever is not closed
    raises   trust's NotAllowed; ExportTarget

    manifest.json says of every dataset whether it is in the folder, and why not where it is not.
    """
    actor = trust.require(actor, PUBLISH)
    if target.exists():
        raise ExportTarget(
            _("%(file)s exists already.", file=target), fix=_("Choose another name.")
        )
    if not target.absolute().parent.is_dir():
        raise ExportTarget(_("There is no folder %(folder)s.", folder=target.absolute().parent))
    unfinished = target.absolute().with_name(f".{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        handed, manifest = _hand_over(site, unfinished, purpose, actor)
        text = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
        write_atomically(unfinished / "manifest.json", text)
        os.rename(unfinished, target)
        sync_folder(target.absolute().parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    for id in handed.included:
        record_use(actor, "open_data", f"dataset.{id}", [], 0, f"exported for {purpose}")
    return handed


def _hand_over(
    site: Site, folder: Path, purpose: str, actor: Actor
) -> tuple[Handed, dict[str, object]]:
    included, left_out, count = [], [], 0
    lines: list[dict[str, object]] = []
    for one in queries.shelves(site):
        version = one.current
        why = _why_not(site, version, purpose)
        if version is None or why:
            left_out.append((one.dataset.id, why))
            lines.append({"id": one.dataset.id, "included": False, "why": why})
            continue
        place = folder / one.dataset.id
        place.mkdir()
        for file in version.files:
            if not file.name.endswith(".zip"):
                content = shelf.path_of(site, version, file).read_bytes()
                _check_content({file.name: content}, one.dataset.id, actor)
                write_atomically(place / file.name, content)
                count += 1
        included.append(one.dataset.id)
        lines.append(
            {
                "id": one.dataset.id,
                "included": True,
                "identifier": version.identifier,
                "licence": version.licence,
                "training": version.training,
                "training_reason": version.training_reason,
                "sha256": {f.name: f.sha256 for f in version.files if f.name[-4:] != ".zip"},
            }
        )
    manifest: dict[str, object] = {
        "made_at": now().isoformat(), "made_for": purpose, "datasets": lines,
    }  # fmt: skip
    return Handed(tuple(included), tuple(left_out), count), manifest


def _why_not(site: Site, version: Version | None, purpose: str) -> Text:
    """Why a dataset is left out of an export, or {}."""
    if version is None:
        return {"zh": "没有可用的版本。", "en": "There is no version of it to give out."}
    if _tier(site, version) == CLOSED:
        return {"zh": "仅公开说明，不提供数据。", "en": "Only its description is public."}
    if purpose != TRAINING:
        return {}
    declared = datasets(site).get(version.dataset)
    if not version.training:
        return {
            "zh": f"未标记可用于训练：{version.training_reason['zh']}",
            "en": f"Not flagged for training: {version.training_reason['en']}",
        }
    if declared is None or not declared.training:
        return {
            "zh": "发布之后撤销了训练标记。",
            "en": "The flag for training was taken back after it was published.",
        }
    return {}
