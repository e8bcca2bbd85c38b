"""Quality of what was loaded: five dimensions, their score, and the tasks a fall opens."""

from dataclasses import dataclass, field
from datetime import datetime

DIMENSIONS = ("complete", "valid", "unique", "consistent", "timely")
TITLES: dict[str, dict[str, str]] = {
    "complete": {"zh": "完整", "en": "Complete"},
    "valid": {"zh": "有效", "en": "Valid"},
    "unique": {"zh": "唯一", "en": "Unique"},
    "consistent": {"zh": "一致", "en": "Consistent"},
    "timely": {"zh": "及时", "en": "Timely"},
}
# The dimension of a rule a refused row breaks; every other rule is about validity.
OF_RULE = {"R01": "complete", "R06": "unique", "R07": "consistent"}


@dataclass(frozen=True)
class Measure:
    """Quality of one load.

    faults   {dimension: rows}; a row counts once a dimension. A dimension that does not apply
             (no column of this contract says when) is left out
    filled   {field: share of accepted rows in which it is filled, 0..1}
    moments  earliest and latest moment of the accepted rows, ISO 8601, or ("", "")
    """

    load: str
    contract: str
    at: datetime
    records: int
    faults: dict[str, int]
    filled: dict[str, float] = field(default_factory=dict)
    moments: tuple[str, str] = ("", "")

    def share(self, dimension: str) -> float | None:
        """Rows without a fault of this kind, 0..1; None where it does not apply."""
        if dimension not in self.faults or not self.records:
            return None
        return 1 - min(self.faults[dimension], self.records) / self.records

    @property
    def score(self) -> float:
        """Mean of the dimensions that apply, 0..100."""
        shares = [s for d in DIMENSIONS if (s := self.share(d)) is not None]
        return 100 * sum(shares) / len(shares) if shares else 0.0


@dataclass(frozen=True)
class Flag:
    """A row that was accepted and yet is not as good as it should be.

    kind   gap: a field that is usually filled is empty; late: it came long after its day;
           ahead: its moment lies after the load
    """

    line: int
    kind: str
    field: str


@dataclass(frozen=True)
class ContractQuality:
    """A contract's quality: the newest measure and those before it, oldest first."""

    contract: str
    newest: Measure
    history: tuple[Measure, ...]


@dataclass(frozen=True)
class Domain:
    """Who answers for which data (definitions/stewards/<id>.yaml).

    contracts  named here beat `classes`; role: whose work queue it is; accounts: persons
    """

    id: str
    title: dict[str, str]
    classes: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    role: str = "data_librarian"
    accounts: tuple[str, ...] = ()
    local: bool = False


@dataclass(frozen=True)
class TaskLine:
    """A task as a list shows it; see models.Task."""

    id: int
    contract: str
    domain: str
    dimension: str
    load: str
    faults: int
    records: int
    before: float
    now: float
    opened_at: datetime
    taken_by: str
    closed_by: str
    closed_at: datetime | None
    fix: str


@dataclass(frozen=True)
class Skill:
    """What one person has mended: tasks closed, by domain and dimension; median days to close."""

    account: str
    closed: int
    domains: dict[str, int]
    dimensions: dict[str, int]
    median_days: float
