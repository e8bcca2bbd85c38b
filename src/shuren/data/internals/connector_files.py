"""Reads a connector: one system that feeds the library (definitions/sources/<id>.yaml)."""

from collections.abc import Mapping as Dict
from typing import Any

from shuren.data.internals.mistakes import Mistakes
from shuren.data.internals.registry import source_names
from shuren.data.shapes import Contract, Mapping
from shuren.data.source import Connector
from shuren.kernel.definitions import DefinitionFile, Key, check_keys
from shuren.kernel.i18n import gettext as _

# fmt: off
KEYS = {
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "system": Key(str, "是覆盖图上的哪个系统（词表 library_system）", "Which system of the coverage map it is (vocabulary library_system)", required=True),  # noqa: E501
    "source": Key(str, "数据源，如 folder、oai、sql、mqtt、events", "The source that brings it: folder, oai, sql, mqtt, events …", required=True),  # noqa: E501
    "contract": Key(str, "带来的行属于哪一份契约", "The contract of the rows it brings"),
    "mapping": Key(str, "用哪个映射读取；省略时按文件名选择", "The mapping to read them by; else by file name"),  # noqa: E501
    "settings": Key(dict, "该数据源的设置；密码写作 {secret: 名称}", "What that source asks for; passwords stand as {secret: NAME}"),  # noqa: E501
    "every_hours": Key((int, float), "多少小时应有一次数据；超过两倍即视为沉默", "How often it should bring something; silent when twice that has passed"),  # noqa: E501
    "licence": Key(str, "数据的许可", "Licence of what it brings"),
    "owner": Key(str, "负责人", "Who answers for it"),
    "enabled": Key(bool, "是否启用", "Whether it is collected", default="true"),
}
# fmt: on


def read_connector(
    file: DefinitionFile, contracts: Dict[str, Contract], mappings: Dict[str, Mapping]
) -> Connector:
    """One connector; raises DefinitionError naming the file and the key that is wrong."""
    content = file.read_yaml()
    check_keys(file.path, content, KEYS)
    mistakes = Mistakes(file.path)
    mistakes.one_of("source", content["source"], source_names())
    given: dict[str, Any] = {key: value for key, value in content.items() if value is not None}
    _check_target(given, contracts, mappings, mistakes)
    for part in given.get("settings", {}).get("topics", []) or []:
        if not isinstance(part, dict) or "topic" not in part:
            raise mistakes.at("settings.topics", _("each entry needs a `topic`."))
        _check_target(part, contracts, mappings, mistakes, "settings.topics.")
    return Connector(id=file.id, local=file.local, **given)


def _check_target(
    content: dict[str, Any],
    contracts: Dict[str, Contract],
    mappings: Dict[str, Mapping],
    mistakes: Mistakes,
    where: str = "",
) -> None:
    if content.get("contract"):
        mistakes.one_of(f"{where}contract", content["contract"], tuple(contracts))
    if content.get("mapping"):
        fitting = [m.id for m in mappings.values() if m.contract == content.get("contract")]
        mistakes.one_of(f"{where}mapping", content["mapping"], fitting)
