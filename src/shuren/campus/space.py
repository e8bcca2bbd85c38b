"""5,481 seats in three buildings: every zone by floor, kind, sockets and quiet.

A zone is closed with its building; its own hours apply on ordinary teaching days.
"""

from dataclasses import dataclass

from shuren.campus.university import JIANGWAN, YUNXI, read_table

SEATS = 5481
BUILDINGS = {
    "J": (JIANGWAN, "江湾图书馆", "jw-main"),
    "S": (JIANGWAN, "江湾理工分馆", "jw-science"),
    "Y": (YUNXI, "云溪图书馆", "yx-main"),
}


@dataclass(frozen=True)
class Zone:
    """`liked` is how full it gets beside others of its kind, 1 as its kind does."""

    id: str
    floor: int
    title: str
    title_en: str
    kind: str
    seats: int
    area_m2: int
    power: bool
    quiet_level: int
    opens_at: str
    closes_at: str
    liked: float

    @property
    def campus(self) -> str:
        return BUILDINGS[self.id[0]][0]

    @property
    def building(self) -> str:
        return BUILDINGS[self.id[0]][1]


def zones() -> list[Zone]:
    return [_zone(row) for row in read_table("zones.tsv")]


def _zone(row: dict[str, str]) -> Zone:
    return Zone(
        id=row["id"],
        floor=int(row["floor"]),
        title=row["title"],
        title_en=row["title_en"],
        kind=row["kind"],
        seats=int(row["seats"]),
        area_m2=int(row["area_m2"]),
        power=row["power"] == "有",
        quiet_level=int(row["quiet_level"]),
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        liked=float(row["liked"]),
    )
