"""What the data room does: build the lake's tables from what was loaded, and publish them."""

from shuren.data.definitions import models
from shuren.data.internals import building, loads
from shuren.data.shapes import BuildReport
from shuren.kernel.shapes import Actor, Progress, no_progress
from shuren.kernel.site import Site
from shuren.trust import queries as trust


def build(site: Site, *, actor: Actor, progress: Progress = no_progress) -> BuildReport:
    """Run every model on everything loaded so far and publish the result as one snapshot.

    Readers of the snapshot before go on undisturbed. One build at a time; another waits.
    progress  tables done, tables in all
    raises    trust's NotAllowed; ModelError and BuildFailed, with the live snapshot as it was
    """
    trust.require(actor, "loads.run")
    return building.build_snapshot(site, models(site), loads.oldest_first(site), progress)
