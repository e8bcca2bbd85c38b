"""What `shuren demo` does after its exports are written: take them in, and a first day's work."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path

from shuren.campus.actions import SourceFile
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site

INCOMING = "incoming"
_AN_HOUR = 3_600


@dataclass
class Sum:
    """What was taken in of one class of data."""

    title: str
    files: int = 0
    accepted: int = 0
    refused: int = 0


def take_all_in(
    site: Site, files: Sequence[SourceFile], *, actor: Actor, progress: Progress
) -> None:
    """Every export once: through the connector that waits for it, else by hand. Counts bytes.

    What was taken in before, by a run that was stopped, is left as it is.
    """
    from shuren.data.actions import collect, load_file
    from shuren.data.definitions import connectors
    from shuren.data.errors import AlreadyLoaded

    sizes = [one.path.stat().st_size for one in files]
    done, total = 0, sum(sizes)
    waiting = [one for one in connectors(site).values() if one.source == "folder"]
    brought: dict[str, int] = {}
    for one, size in zip(files, sizes, strict=True):
        at, share = done, size

        def step(part: int, whole: int, at: int = at, share: int = share) -> None:
            progress(at + (share * min(part, whole) // whole if whole else 0), total)

        found = next(
            (c.id for c in waiting
             if c.contract == one.contract
             and fnmatch(one.path.name, str(c.settings.get("pattern", "*")))),
            "",
        )  # fmt: skip
        if found:
            _hand_in(site.root / INCOMING, one.path)
            brought[found] = brought.get(found, 0) + size
        else:
            with suppress(AlreadyLoaded):
                load_file(
                    site, one.contract, one.path, actor=actor, mapping_id=one.mapping, progress=step
                )
            done += size
            progress(done, total)
    for id, size in brought.items():
        outcome = collect(site, id, actor=actor)
        if outcome.problems:
            raise ShurenError(" ".join(outcome.problems))
        done += size
        progress(done, total)


def _hand_in(folder: Path, export: Path) -> None:
    """Lay an export into the drop folder as its system would, complete and at rest."""
    target = folder / export.name
    if target.is_file() and target.stat().st_size == export.stat().st_size:
        return
    part = folder / f".{export.name}"
    shutil.copyfile(export, part)
    written = (now() - timedelta(seconds=_AN_HOUR)).timestamp()
    os.utime(part, (written, written))
    part.replace(target)


def sums(site: Site) -> list[Sum]:
    """What is here now, by class of data, in the order of the vocabulary."""
    from shuren.data.definitions import contracts
    from shuren.data.queries import headings, receipts

    known = contracts(site)
    found = {id: Sum(pick(title)) for id, title in headings(site, "data_class").items()}
    for receipt in receipts(site):
        line = found[known[receipt.contract].data_class]
        line.files += 1
        line.accepted += receipt.accepted
        line.refused += receipt.refused
    return [line for line in found.values() if line.files]


def resolve_all(site: Site, *, actor: Actor, progress: Progress) -> None:
    """All matchers, then a build that says what they found."""
    from shuren.cli.index import renew
    from shuren.data.actions import build, resolve

    kinds = ("works", "authorities", "classes", "readers")  # readers last: see `demo`
    for done, kind in enumerate(kinds):
        resolve(site, kind, actor=actor)
        progress(done + 1, len(kinds) + 1)
    build(site, actor=actor)
    renew(site, actor)
    progress(len(kinds) + 1, len(kinds) + 1)


def resolve_aside(site: Site) -> None:
    """The same in a process of its own, while the demo is served; stopped, it loses nothing, and
    the next start of the demo begins it anew."""
    ours = [sys.executable, "-m", "shuren", "--site", str(site.root)]
    subprocess.Popen(
        [*ours, "resolve", "all", "--build"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
