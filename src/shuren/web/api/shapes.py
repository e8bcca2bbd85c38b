"""What the API answers with, as its document describes it."""

from typing import Any

from ninja import Schema
from pydantic import Field


class Health(Schema):
    status: str
    api: str
    snapshot: str | None


class Own(Schema):
    """The key this request came with."""

    id: str
    name: str
    scopes: list[str]
    purposes: list[str]
    per_minute: int
    per_day: int
    used_minute: int
    used_today: int
    expires_at: str | None


class Snapshot(Schema):
    id: str
    built_at: str
    data_date: str
    tables: int
    loads: list[str]


class ColumnShape(Schema):
    name: str
    type: str
    unit: str
    level: int = Field(alias="class")
    title: dict[str, str]


class TableShape(Schema):
    table: str
    title: dict[str, str]
    rows: int
    about_people: bool
    public: bool
    columns: list[ColumnShape]


class TableLine(Schema):
    table: str
    title: dict[str, str]
    rows: int
    about_people: bool
    public: bool


class Catalogue(Schema):
    snapshot: str
    tables: list[TableLine]


class Rows(Schema):
    """suppressed: groups hidden because fewer than five persons stand behind them."""

    snapshot: str
    data_date: str
    suppressed: int
    columns: list[ColumnShape]
    rows: list[dict[str, Any]]
    after: str | None
    next: str | None


class TableRows(Rows):
    table: str


class FigureLine(Schema):
    id: str
    title: dict[str, str]
    description: dict[str, str]
    unit: dict[str, str]
    table: str
    filters: list[str]


class Figures(Schema):
    figures: list[FigureLine]


class FigureRows(Rows):
    id: str
    title: dict[str, str]
    filters: dict[str, str]
    labels: list[str]


class LoadShape(Schema):
    """records = accepted + refused, always."""

    id: str
    contract: str
    contract_version: str
    source: str
    file: str
    sha256: str
    bytes: int
    records: int
    accepted: int
    refused: int
    rules: dict[str, int]
    started_at: str
    finished_at: str


class Loads(Schema):
    loads: list[LoadShape]
    after: str | None
    next: str | None


class NodeShape(Schema):
    id: str
    kind: str
    title: dict[str, str]
    table: str
    level: int


class EdgeShape(Schema):
    source: str
    target: str
    kind: str


class Lineage(Schema):
    nodes: list[NodeShape]
    edges: list[EdgeShape]


class Trail(Schema):
    id: str
    direction: str
    nodes: list[NodeShape]


class IndicatorLine(Schema):
    """missing: contracts it needs of which nothing is loaded."""

    id: str
    number: int
    title: dict[str, str]
    definition: dict[str, str]
    formula: str
    unit: dict[str, str]
    direction: str
    breakdowns: list[str]
    reference: dict[str, str]
    year: int | None
    value: float | None
    change: float | None
    missing: list[str]


class Indicators(Schema):
    indicators: list[IndicatorLine]


class IndicatorRows(Rows):
    id: str
    title: dict[str, str]
    unit: dict[str, str]
    missing: list[str]
    reason: str


class ServiceLine(Schema):
    id: str
    title: dict[str, str]
    description: dict[str, str]
    category: str
    audiences: list[str]
    scenes: list[str]
    modes: list[str]
    level: str
    draft: bool
    respond_hours: float | None
    finish_hours: float | None
    clock: str
    fee: dict[str, str]
    url: str
    use_url: str
    has_form: bool


class Services(Schema):
    services: list[ServiceLine]


class ServiceStep(Schema):
    event: dict[str, str]
    by: str


class ServiceField(Schema):
    name: str
    type: str
    title: dict[str, str]
    required: bool
    choices: dict[str, dict[str, str]]
    accepts: list[str]


class ServiceShape(ServiceLine):
    rules: list[str]
    steps: list[ServiceStep]
    form: list[ServiceField]
    indicators: dict[str, str]
    pack: list[str]
    owner: dict[str, str]
    centre: dict[str, str]


class DatasetLine(Schema):
    id: str
    title: dict[str, str]
    description: dict[str, str]
    licence: str
    access: str
    training: bool
    newest: str | None


class Datasets(Schema):
    datasets: list[DatasetLine]


class DatasetFile(Schema):
    name: str
    bytes: int
    sha256: str
    media_type: str


class Withdrawn(Schema):
    at: str
    reason: str


class DatasetVersion(Schema):
    number: int
    identifier: str
    url: str
    published_at: str
    licence: str
    training: bool
    begin: str
    end: str
    data_date: str
    withdrawn: Withdrawn | None
    files: list[DatasetFile]


class DatasetShape(DatasetLine):
    versions: list[DatasetVersion]
