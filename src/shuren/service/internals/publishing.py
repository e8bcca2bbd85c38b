"""What is read from files is read anew once somebody published a change, in every process."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from shuren.kernel.files import write_atomically
from shuren.kernel.ids import new_id
from shuren.kernel.site import Site

F = TypeVar("F", bound=Callable[..., Any])
MARK = ".published"


def until_published(read: F) -> F:
    """Keep what `read(site, …)` answers until the site's mark changes: one look at a file a call.

    Files that are changed by hand are read when a process starts, as all definitions are.
    """
    kept = lru_cache(maxsize=256)(lambda stamp, *given: read(*given))

    @wraps(read)
    def now(site: Site | None, *given: Any) -> Any:
        return kept(_stamp(site), site, *given)

    now.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
    return cast(F, now)


def mark(site: Site) -> None:
    """Say that something was published; every process reads anew at its next call."""
    write_atomically(site.definitions / MARK, new_id("P").encode())


def _stamp(site: Site | None) -> tuple[int, int]:
    if site is None:
        return (0, 0)
    try:
        found = (site.definitions / MARK).stat()
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_ino
