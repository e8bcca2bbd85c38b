"""Reads a mapping: how one system's export becomes rows of a contract."""

from collections.abc import Mapping as Dict
from functools import lru_cache
from typing import Any

from shuren.data.internals.mistakes import Mistakes
from shuren.data.shapes import ColumnSource, Contract, Mapping
from shuren.kernel.definitions import DefinitionFile, Key, required
from shuren.kernel.i18n import gettext as _

# fmt: off
KEYS = {
    "contract": Key(str, "属于哪一份契约", "The contract whose rows these are", required=True),
    "id": Key(str, "与文件名相同", "The file's name", default="the file's name"),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}"),
    "source": Key(str, "读取文件的数据源，如 marc", "The source that reads the file, such as marc", default="table"),  # noqa: E501
    "options": Key(dict, "该数据源另需的说明", "What that source wants to know besides"),
    "files": Key(list, "文件名通配符；名称相符的文件自动使用这个映射", "File name patterns; a file that fits one is read by this mapping"),  # noqa: E501
    "encoding": Key(str, "auto 依次试 BOM、UTF-8、GB18030；其他编码须写明", "auto tries BOM, UTF-8, GB18030; any other must be named", default="auto"),  # noqa: E501
    "dialect": Key(dict, "文本文件的写法，见下表", "How the text is written, see below"),
    "null_values": Key(list, "当作空的文字", "Texts that mean empty", default='["", "NULL", "null", "N/A", "\\N"]'),  # noqa: E501
    "duplicates": Key(str, "逐字重复的行：refuse 隔离，keep 保留", "Rows that repeat word for word: refuse or keep", default="refuse"),  # noqa: E501
    "sheet": Key(str, "Excel 工作表名；省略为第一个", "Sheet of a workbook; else the first"),
    "columns": Key(dict, "字段 → 来源，见下表；与契约所列名称相同的列不必写", "Field → source, see below; columns the contract knows by name may be left out"),  # noqa: E501
}
DIALECT_KEYS = {
    "delimiter": Key(str, "列分隔符；auto 自动判断", "Between columns; auto finds it", default="auto"),  # noqa: E501
    "quote": Key(str, "引号；空文字表示不用引号", "Quote character; empty for none", default="'\"'"),  # noqa: E501
    "header": Key(bool, "第一行是列名", "The first line names the columns", default="true"),
    "skip_lines": Key(int, "列名之前跳过的行数", "Lines to skip before the header", default="0"),
    "quoted_newlines": Key(bool, "引号内可以换行", "A quoted value may hold line breaks", default="true"),  # noqa: E501
    "short_rows": Key(str, "列数不足的行：refuse 隔离，fill 在末尾补空", "Rows with too few columns: refuse, or fill with empty ones", default="refuse"),  # noqa: E501
    "minimum_columns": Key(int, "fill 时至少要有的列数", "Fewest columns that fill accepts"),
    "columns_expected": Key(int, "没有列名时应有的列数", "Columns to expect where no header says"),
}
COLUMN_KEYS = {
    "from": Key((str, int, list), "列名、从 1 起的列号，或依次尝试的几个；也可直接写在字段名之后", "Column name, number from 1, or several to try in order; may stand right after the field"),  # noqa: E501
    "value": Key((str, int), "常数，代替 from", "A constant instead of `from`"),
    "extract": Key(str, "RE2 正则，取第一个括号", "RE2 pattern; its first group is taken"),
    "values": Key(dict, "来源的说法 → 契约的值；对本字段没有意义的说法写空文字", "Words of the source → values of the contract; '' where a word says nothing for this field"),  # noqa: E501
    "formats": Key(list, "日期格式，依次尝试", "Date formats, tried in order"),
}
# fmt: on
_AS_WRITTEN = ("title", "source", "options", "encoding", "duplicates", "sheet")


def read_mapping(file: DefinitionFile, contracts: Dict[str, Contract]) -> Mapping:
    """One mapping; raises DefinitionError naming the file and the key that is wrong.

    Not written there: `title`, `files` and everything in `dialect`. `columns` may leave out
    fields whose own names the export uses anyway.
    """
    stamp = file.stamp()
    content = _content(file, stamp)
    Mistakes(file.path).one_of("contract", content["contract"], tuple(contracts))
    return _read(file, stamp, tuple(f.name for f in contracts[content["contract"]].fields))


@lru_cache(maxsize=1_024)
def _content(file: DefinitionFile, _stamp: tuple[int, int]) -> dict[str, Any]:
    content = file.read_yaml()
    mistakes = Mistakes(file.path)
    mistakes.keys("", content, required=required(KEYS), optional=tuple(KEYS))
    if content.get("id", file.id) != file.id:
        raise mistakes.at("id", _("it must be the file's name, '%(id)s'.", id=file.id))
    return content


@lru_cache(maxsize=1_024)
def _read(file: DefinitionFile, stamp: tuple[int, int], fields: tuple[str, ...]) -> Mapping:
    content, mistakes = _content(file, stamp), Mistakes(file.path)
    dialect = _dialect(content.get("dialect") or {}, mistakes)
    mistakes.one_of("duplicates", content.get("duplicates", "refuse"), ("refuse", "keep"))
    columns = content.get("columns") or {}
    mistakes.kind("columns", columns, dict)
    given: dict[str, Any] = {
        key: tuple(str(part) for part in _list(content[key]))
        for key in ("files", "null_values")
        if key in content
    }
    plain = {key: content[key] for key in _AS_WRITTEN if key in content}
    sources = {name: _source(name, entry, fields, mistakes) for name, entry in columns.items()}
    if not dialect.get("header", True):
        _needs_positions(sources, mistakes)
    return Mapping(
        id=file.id, contract=content["contract"], columns=sources, **plain, **given, **dialect
    )


def _dialect(content: Any, mistakes: Mistakes) -> dict[str, Any]:
    mistakes.keys("dialect", content, required=(), optional=tuple(DIALECT_KEYS))
    for key, value in content.items():
        mistakes.kind(f"dialect.{key}", value, DIALECT_KEYS[key].kind)
    mistakes.one_of("dialect.short_rows", content.get("short_rows", "refuse"), ("refuse", "fill"))
    return dict(content)


def _source(name: str, entry: Any, fields: tuple[str, ...], mistakes: Mistakes) -> ColumnSource:
    """`field: name`, `field: 3`, or `field: {from: …}` with any of COLUMN_KEYS."""
    where = f"columns.{name}"
    mistakes.one_of("columns", name, fields)
    if isinstance(entry, (str, int, list)):
        entry = {"from": entry}
    mistakes.keys(where, entry, required=(), optional=tuple(COLUMN_KEYS))
    if "from" not in entry and "value" not in entry:
        raise mistakes.at(where, _("it needs `from` (a column) or `value` (a constant)."))
    names = tuple(_list(entry.get("from", [])))
    for column in names:
        mistakes.kind(f"{where}.from", column, (str, int))
        if isinstance(column, int) and column < 1:
            raise mistakes.at(f"{where}.from", _("columns are counted from 1."))
    mistakes.kind(f"{where}.values", entry.get("values", {}), dict)
    extract = str(entry.get("extract", ""))
    mistakes.pattern(f"{where}.extract", extract)
    return ColumnSource(
        names=names,
        value=None if entry.get("value") is None else str(entry["value"]),
        extract=extract,
        values={str(key): str(value) for key, value in entry.get("values", {}).items()},
        formats=tuple(str(part) for part in _list(entry.get("formats", []))),
    )


def _needs_positions(sources: dict[str, ColumnSource], mistakes: Mistakes) -> None:
    for name, source in sources.items():
        if any(isinstance(column, str) for column in source.names):
            raise mistakes.at(
                f"columns.{name}.from",
                _("the file has no header, so columns are named by their number."),
            )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
