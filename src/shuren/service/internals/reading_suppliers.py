"""Reads who supplies what a library lacks: definitions/suppliers/*.yaml."""

from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.i18n import gettext as _
from shuren.service.case_shapes import SUBJECT_KINDS
from shuren.service.flow_shapes import Supplier
from shuren.service.internals.reading_forms import one_of, two_languages, wrong

# fmt: off
SUPPLIER_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "名称 {zh, en}", "Name {zh, en}", required=True),
    "description": Key(dict, "供应什么 {zh, en}", "What it supplies {zh, en}", required=True),
    "services": Key(list, "为哪些服务供应", "The services it supplies for", required=True),
    "about": Key(list, "供应什么：title、item、article、none", "What it supplies: title, item, article, none", required=True),  # noqa: E501
    "languages": Key(list, "只供应这些语种（表单 language 的值）；不写为不限", "Only works in these languages, values of the form's `language`; left out: any"),  # noqa: E501
    "order": Key(int, "先问小的", "The lowest is asked first", required=True),
    "hours": Key((int, float), "等它多少工作小时，过后自动转下一来源", "Working hours it is waited for; then the next is asked by itself", required=True),  # noqa: E501
    "price": Key((int, float), "每件的费用（元），馆方承担", "What one costs the library, in yuan", required=True),  # noqa: E501
    "monthly_cap": Key(int, "每月最多问多少件；不写为不限", "The most it is asked for in a month; left out: any number"),  # noqa: E501
}
# fmt: on


def read_supplier(path: Path, said: dict[str, Any]) -> Supplier:
    """The supplier; raises DefinitionError naming file, key and fix."""
    check_keys(path, said, SUPPLIER_KEYS)
    for key in ("title", "description"):
        two_languages(path, key, said[key])
    for kind in said["about"]:
        one_of(path, "about", kind, SUBJECT_KINDS)
    for key, least in (("hours", 0.01), ("price", 0), ("monthly_cap", 0)):
        if said.get(key) is not None and said[key] < least:
            raise wrong(path, key, _("It must be %(least)s or more.", least=least))
    return Supplier(
        said["id"], said["title"], said["description"], tuple(said["services"]),
        tuple(said["about"]), tuple(said.get("languages") or ()), said["order"],
        float(said["hours"]), round(said["price"] * 100), said.get("monthly_cap"),
    )  # fmt: skip
