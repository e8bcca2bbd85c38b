"""Reads what a service's indicator means: definitions/service_indicators/*.yaml."""

from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.service.flow_shapes import ServiceIndicator
from shuren.service.internals.reading_forms import one_of, two_languages

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
    "iso": Key(str, "ISO 11620 的相近指标", "The related indicator of ISO 11620"),
}
# fmt: on


def read_indicator(path: Path, said: dict[str, Any]) -> ServiceIndicator:
    """The indicator; raises DefinitionError naming file, key and fix."""
    check_keys(path, said, INDICATOR_KEYS)
    for key in ("title", "definition"):
        two_languages(path, key, said[key])
    if said.get("unit"):
        two_languages(path, "unit", said["unit"])
    one_of(path, "direction", said["direction"], DIRECTIONS)
    one_of(path, "from", said["from"], ORIGINS)
    return ServiceIndicator(
        said["id"], said["title"], said["definition"], said.get("unit") or {}, said["direction"],
        said["from"], said.get("iso") or "",
    )  # fmt: skip
