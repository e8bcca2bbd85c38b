"""Models: one table, one SQL file, with a YAML front matter that declares what comes out.

The front matter is the leading /* … */ comment. The SELECT below it may read raw.<contract>,
conformed.<table>, mart.<table>, calendar.<table> and vocabulary.<table>, and its own steps.
"""

import hashlib
import re
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

import yaml
from sqlglot import exp

from shuren.data.asset import AssetTerms
from shuren.data.errors import ModelError, NoSuchTable
from shuren.data.internals import portable, topic_rules
from shuren.data.shapes import CLASSES, DATA_CLASSES, Column, Model
from shuren.kernel.definitions import DefinitionFile, Key, find_definitions, required
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

LAYERS = ("conformed", "mart")
SOURCES = {"calendar": {"day", "hours"}, "vocabulary": {"clc", "clc_prefix"}}
TYPES = {"VARCHAR", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN"}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FILE = re.compile(r"\s*/\*(?P<front>.*?)\*/(?P<sql>.*)\Z", re.DOTALL)
# fmt: off
KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", default="the file's name"),
    "layer": Key(str, "所在文件夹：conformed 或 mart", "Its folder: conformed or mart", default="the folder"),  # noqa: E501
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "description": Key(dict, "说明 {zh, en}", "Description {zh, en}", required=True),
    "grain": Key(dict, "一行是什么 {zh, en}", "What one row is {zh, en}", required=True),
    "data_class": Key(str, "六类数据之一", "One of the six classes of data", required=True),
    "key": Key(list, "识别一行的列", "Columns that identify a row", required=True),
    "columns": Key(dict, "列名 → 说明，见下表；须与 SELECT 的结果一致", "Column → what it is, see below; just what the SELECT gives", required=True),  # noqa: E501
    "person": Key(str, "假名列；有它的表隐藏不足 5 人的组", "The pseudonym column; groups of fewer than 5 persons are hidden"),  # noqa: E501
    "counted_by": Key(str, "一人可能有几张证时，据以分辨各人的列；计数与隐藏小组都按它", "The column that tells persons apart where one may have several cards; groups are counted and hidden by it", default="person"),  # noqa: E501
    "person_number": Key(str, "与各人（counted_by，否则 person）一一对应的整数列；数人数时用它，比用假名快得多", "A column of whole numbers, one for each person (of counted_by, else of person); persons are counted by it, much quicker than by pseudonym"),  # noqa: E501
    "headcount": Key(str, "一行背后有多少人的列；不足 5 人的组隐藏", "The column that says how many persons stand behind a row; groups of fewer than 5 are hidden"),  # noqa: E501
    "public": Key(bool, "可供未登录的访客查看", "Visitors may read it", default="false"),
    "looked_up": Key(bool, "按主键逐条查找的大表：存成小块，一次只读很少几块", "A large table whose rows are looked up by its key: kept in small pages, so that few are read", default="false"),  # noqa: E501
    "materialised": Key(bool, "false 为实时视图：不存储，读取时计算；其中 raw.* 只含快照之后到达的行", "false makes a live view: not stored but evaluated when read; raw.* in it holds what landed since the snapshot", default="true"),  # noqa: E501
    "owner": Key(str, "负责人", "Who answers for it", default="the owner of the contract most of it is made from"),  # noqa: E501
    "licence": Key(dict, "使用许可 {zh, en}", "Terms of use {zh, en}", default="by its most sensitive column"),  # noqa: E501
    "value": Key(dict, "为何保有 {zh, en}；无人使用的表必须写明", "What it is kept for {zh, en}; must be said of a table nobody reads"),  # noqa: E501
    "cost": Key(dict, "取得与维护的代价 {zh, en}", "What it takes to get and keep {zh, en}", default="disk and build time, measured"),  # noqa: E501
    "topic": Key(dict, "涉及个人的表，各行说的是什么：{by: title 或 class, column: 列, tells: [说得出主题的列]}；敏感主题的行按 4 级处理", "Of a table about people, what its rows are about: {by: title or class, column: …, tells: [columns that tell it]}; rows of a sensitive topic are class 4"),  # noqa: E501
    "speaks_until": Key(str, "数据截至哪天：取此列最晚的一天", "The column whose latest day is the date of the data"),  # noqa: E501
}
COLUMN_KEYS = {
    "type": Key(str, "VARCHAR、BIGINT、DOUBLE、DATE、TIMESTAMP 或 BOOLEAN", "VARCHAR, BIGINT, DOUBLE, DATE, TIMESTAMP or BOOLEAN", required=True),  # noqa: E501
    "class": Key(int, "1 公开、2 内部、3 个人、4 敏感", "1 public, 2 internal, 3 personal, 4 sensitive", required=True),  # noqa: E501
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "unit": Key(str, "单位", "Unit"),
}
# fmt: on


def load_models(site: Site | None) -> dict[str, Model]:
    """All models by name (`mart.loan_fact`), in an order in which they can be built.

    raises  ModelError naming the file, or the tables that wait for each other
    """
    files = find_definitions("models", site, suffix=".sql")
    models = {model.name: model for model in map(_load, files.values())}
    return {name: models[name] for name in _order(models)}


def model(site: Site | None, name: str) -> Model:
    """One model by its name, with or without the layer.

    raises  NoSuchTable with the closest name
    """
    models = load_models(site)
    for candidate in models.values():
        if name in (candidate.name, candidate.id):
            return candidate
    raise NoSuchTable(_("table"), name, list(models))


def needed_for(models: dict[str, Model], name: str) -> list[str]:
    """The tables below one model, itself last, in building order."""
    wanted, queue = {name}, [name]
    while queue:
        for table in models[queue.pop()].reads:
            if table in models and table not in wanted:
                wanted.add(table)
                queue.append(table)
    return [table for table in models if table in wanted]


def steps(model: Model) -> list[tuple[str, str, str]]:
    """(name, its SQL, a query that runs it with the steps before it), the result last."""
    tree = portable.parse(model.sql)
    before: list[exp.Expression] = []
    found = []
    for cte in tree.ctes:
        before.append(cte)
        query = exp.select("*").from_(exp.to_table(cte.alias))
        query.set("with_", exp.With(expressions=[part.copy() for part in before]))
        found.append((cte.alias, cte.this.sql("duckdb", pretty=True), query.sql("duckdb")))
    last = tree.copy()
    last.set("with_", None)
    found.append((model.id, last.sql("duckdb", pretty=True), model.sql))
    return found


def _load(file: DefinitionFile) -> Model:
    try:
        return _model(file, file.path.read_text("utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise ModelError(
            _("The model %(path)s cannot be used: %(reason)s.", path=file.path, reason=error)
        ) from None


@lru_cache(maxsize=1_024)
def _model(file: DefinitionFile, text: str) -> Model:
    match = _FILE.match(text)
    if match is None:
        raise ValueError(_("it must begin with its front matter in /* … */"))
    front = _front_matter(match["front"], file)
    if front.get("person_number") and not front.get("person"):
        raise ValueError(_("person_number numbers the persons of 'person', which is not there"))
    return Model(
        id=file.id,
        layer=front["layer"],
        title=front["title"],
        description=front["description"],
        grain=front["grain"],
        data_class=_data_class(front),
        columns=_columns(front["columns"]),
        key=tuple(front["key"]),
        sql=match["sql"].strip().rstrip(";"),
        reads=_reads(portable.parse(match["sql"])),
        person=_column_named(front, "person"),
        counted_by=_column_named(front, "counted_by"),
        person_number=_column_named(front, "person_number"),
        headcount=_column_named(front, "headcount"),
        public=bool(front.get("public", False)),
        speaks_until=_column_named(front, "speaks_until"),
        hash=hashlib.sha256(text.encode()).hexdigest(),
        local=file.local,
        materialised=bool(front.get("materialised", True)),
        looked_up=bool(front.get("looked_up", False)),
        topic=topic_rules.rule_of(front),
        asset=asset_terms(front),
    )


def asset_terms(said: dict[str, Any]) -> AssetTerms:
    """What a definition says about the table as an asset; licence, value, cost in two languages."""
    for key in ("licence", "value", "cost"):
        text = said.get(key)
        if text is not None and (not isinstance(text, dict) or set(text) != {"zh", "en"}):
            raise ValueError(_("'%(key)s' must be {zh: …, en: …}", key=key))
    terms = {key: said[key] for key in ("licence", "value", "cost") if said.get(key)}
    return AssetTerms(owner=str(said.get("owner", "")), **terms)


def _front_matter(text: str, file: DefinitionFile) -> dict[str, Any]:
    try:
        front = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or _("not YAML")
        raise ValueError(_("front matter: %(problem)s", problem=problem)) from None
    if not isinstance(front, dict):
        raise ValueError(_("its front matter must be `key: value` lines"))
    front.setdefault("layer", file.path.parent.name)
    for key in required(KEYS):
        if not front.get(key):
            raise ValueError(_("its front matter has no '%(key)s'", key=key))
    for key in front:
        if key not in KEYS:
            raise ValueError(_("its front matter has an unknown key '%(key)s'", key=key))
    if front.get("id", file.id) != file.id:
        raise ValueError(_("its id '%(id)s' is not the file's name", id=front["id"]))
    if front["layer"] not in LAYERS or file.path.parent.name != front["layer"]:
        raise ValueError(_("its layer must be its folder, conformed or mart"))
    unknown = [name for name in front["key"] if name not in front["columns"]]
    if unknown:
        raise ValueError(_("its key names '%(name)s', which is no column", name=unknown[0]))
    return front


def _data_class(front: dict[str, Any]) -> str:
    if front["data_class"] not in DATA_CLASSES:
        classes = ", ".join(DATA_CLASSES)
        raise ValueError(
            _("data_class must be one of %(classes)s", classes=classes),
        )
    return str(front["data_class"])


def _column_named(front: dict[str, Any], key: str) -> str:
    name = front.get(key) or ""
    if name and name not in front["columns"]:
        raise ValueError(_("%(key)s names '%(name)s', which is no column", key=key, name=name))
    return str(name)


def _columns(declared: dict[str, dict[str, Any]]) -> tuple[Column, ...]:
    columns = []
    for name, entry in declared.items():
        type_, class_ = str(entry.get("type", "")).upper(), entry.get("class")
        if type_ not in TYPES:
            types = ", ".join(sorted(TYPES))
            raise ValueError(
                _("column %(name)s: type must be one of %(types)s", name=name, types=types)
            )
        if class_ not in CLASSES:
            raise ValueError(_("column %(name)s: class must be 1 to 4", name=name))
        if set(entry.get("title", {})) != {"zh", "en"}:
            raise ValueError(_("column %(name)s: title needs zh and en", name=name))
        columns.append(Column(name, type_, class_, entry["title"], str(entry.get("unit", ""))))
    return tuple(columns)


def _reads(tree: exp.Query) -> tuple[str, ...]:
    """The tables a query reads, its own steps left out."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    found = set()
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            raise ValueError(_("it reads %(table)s, which is no table", table=table.sql("duckdb")))
        if not table.db and table.name in own:
            continue
        known = SOURCES.get(table.db)
        if table.db not in (*LAYERS, "raw") and (known is None or table.name not in known):
            name = f"{table.db}.{table.name}" if table.db else table.name
            raise ValueError(_("it reads %(table)s, which is no source", table=name))
        found.add(f"{table.db}.{table.name}")
    return tuple(sorted(found))


def _order(models: dict[str, Model]) -> list[str]:
    graph: dict[str, list[str]] = {}
    for name, model in sorted(models.items()):
        graph[name] = []
        for table in model.reads:
            if table in models:
                graph[name].append(table)
                if model.materialised and not models[table].materialised:
                    raise ModelError(
                        _("%(model)s is stored and reads the live view %(table)s.", model=name,
                          table=table),
                        fix=_("Read what is below the view, or write `materialised: false`."),
                    )  # fmt: skip
            elif table.split(".")[0] in LAYERS:
                raise ModelError(
                    _("%(model)s reads %(table)s, which no model makes.", model=name, table=table)
                )
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise ModelError(
            _("These tables wait for each other: %(circle)s.", circle=circle),
            fix=_("Take one of these readings out of its model."),
        ) from None
