"""The subject service station of a college as others take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Link:
    """title  as it is shown, in either language; url: https, or a path of this site"""

    title: str
    url: str


@dataclass(frozen=True)
class Words:
    """What a station's librarians wrote: one version of it, 0 where nobody has.

    about, guide  {zh, en}, plain text
    events        ids of events that are picked out for the college
    by            the account that wrote it, "" for who does not edit stations
    """

    version: int = 0
    about: Mapping[str, str] = field(default_factory=dict)
    guide: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    events: tuple[str, ...] = ()
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class LibrarianView:
    """One subject librarian as they want to be shown; account "" for who does not edit stations.

    shown, place, hours  {zh, en}; place and hours may be empty
    """

    account: str
    shown: Mapping[str, str]
    place: Mapping[str, str]
    hours: Mapping[str, str]


@dataclass(frozen=True)
class StationView:
    """college  as the readers' data name it"""

    id: str
    college: str
    title: dict[str, str]
    is_open: bool
    librarians: tuple[LibrarianView, ...]
    words: Words


@dataclass(frozen=True)
class StationLine:
    """A station in the list of staff; open_cases: those about it."""

    id: str
    college: str
    title: dict[str, str]
    is_open: bool
    accounts: tuple[str, ...]
    open_cases: int
    written_at: datetime | None


@dataclass(frozen=True)
class Coverage:
    """Which colleges have a subject librarian.

    without_station    colleges of the readers' data that have no station
    without_librarian  titles of open stations that nobody answers for
    is_known           the readers' data could be asked which colleges there are
    """

    stations: tuple[StationLine, ...]
    without_station: tuple[str, ...]
    without_librarian: tuple[dict[str, str], ...]
    is_known: bool

    @property
    def is_whole(self) -> bool:
        return self.is_known and not self.without_station and not self.without_librarian
