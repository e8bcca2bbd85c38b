"""Verbs of the discovery room."""

from shuren.discovery.internals import engines
from shuren.discovery.search_shapes import Indexed
from shuren.kernel.shapes import Actor, Progress, no_progress
from shuren.kernel.site import Site


def index(
    site: Site, *, actor: Actor, progress: Progress = no_progress, everything: bool = False
) -> Indexed:
    """Bring the search index to the live snapshot.

    everything  make it anew beside the live one and switch, whatever is there
    raises      NoSnapshot, IndexingFailed, trust's NotAllowed; of a search server RecordsRefused,
                SearchAway, SearchRefused

    Only one process writes at a time; others wait. Readers go on with what they have until the
    commit or the switch. Where there is no index, or one of another form, it is made anew.
    """
    return engines.renew(site, actor, progress, everything)


def be_ready(site: Site) -> None:
    """Open the index and read the dictionaries of this process, some seconds that its first reader
    need not wait; nothing where there is no index to be read."""
    engines.warm(site)
