"""Reads what a service's indicator means: definitions/service_indicators/*.yaml."""

from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.i18n import gettext as _
from shuren.service.flow_shapes import ServiceIndicator
from shuren.service.internals.reading_forms import one_of, two_languages, wrong

DIRECTIONS = ("up", "down", "context")
# Where its numbers come from.
ORIGINS = (
    "cases", "circulation", "search", "e_resources", "gate", "seats", "training", "repository",
    "finance", "network", "staff",
)  # fmt: skip
# fmt: off
INDICATOR_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "definition": Key(dict, "怎样计算 {zh, en}", "How it is counted {zh, en}", required=True),
    "unit": Key(dict, "单位 {zh, en}", "Unit {zh, en}"),
    "direction": Key(str, "up 越高越好、down 越低越好、context 结合情况看", "up: higher is better, down: lower is better, context: neither by itself", required=True),  # noqa: E501
    "from": Key(str, "数据来自：cases、circulation、search、e_resources、gate、seats、training、repository、finance、network、staff", "Where its numbers come from: cases, circulation, search, e_resources, gate, seats, training, repository, finance, network or staff", required=True),  # noqa: E501
    "lacks": Key(dict, "没有数值时说明原因、要载入什么 {zh, en}；不由服务单统计的必填", "Why it has no value, and what to load {zh, en}; wanted where it is not counted from cases"),  # noqa: E501
    "iso": Key(str, "ISO 11620 的相近指标", "The related indicator of ISO 11620"),
}
# fmt: on


def read_indicator(path: Path, said: dict[str, Any]) -> ServiceIndicator:
    """The indicator; raises DefinitionError naming file, key and fix."""
    check_keys(path, said, INDICATOR_KEYS)
    for key in ("title", "definition"):
        two_languages(path, key, said[key])
    for key in ("unit", "lacks"):
        if said.get(key):
            two_languages(path, key, said[key])
    if said["from"] != "cases" and not said.get("lacks"):
        raise wrong(path, "lacks", _("Say why it may have no value, and what to load."))
    one_of(path, "direction", said["direction"], DIRECTIONS)
    one_of(path, "from", said["from"], ORIGINS)
    return ServiceIndicator(
        said["id"], said["title"], said["definition"], said.get("unit") or {}, said["direction"],
        said["from"], said.get("iso") or "", said.get("lacks") or {},
    )  # fmt: skip
