"""Reads definitions/stewards: which domain of data is whose work."""

from collections.abc import Iterable
from typing import Any

from shuren.data.internals.mistakes import Mistakes
from shuren.data.quality import Domain
from shuren.data.shapes import Contract
from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.site import Site

# fmt: off
KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "classes": Key(list, "负责的数据类别", "Classes of data it answers for", default="[]"),
    "contracts": Key(list, "点名负责的契约，先于类别", "Contracts named, before classes", default="[]"),  # noqa: E501
    "role": Key(str, "任务进入哪个角色的工作列表", "Whose work queue its tasks are in", default="data_librarian"),  # noqa: E501
    "accounts": Key(list, "具体负责的账号", "Accounts of the persons", default="[]"),
}
# fmt: on


def domains(site: Site | None) -> dict[str, Domain]:
    """All domains by id; raises DefinitionError naming file and key."""
    return {id: _domain(file) for id, file in find_definitions("stewards", site).items()}


def domain_of(contract: Contract, known: Iterable[Domain]) -> str:
    """The domain a contract belongs to: the one that names it, else the first of its class,
    the site's own before ours; '' when nobody answers for it."""
    ordered = sorted(known, key=lambda domain: (not domain.local, domain.id))
    for domain in ordered:
        if contract.id in domain.contracts:
            return domain.id
    return next((d.id for d in ordered if contract.data_class in d.classes), "")


def _domain(file: DefinitionFile) -> Domain:
    content: dict[str, Any] = file.read_yaml()
    check_keys(file.path, content, KEYS)
    mistakes = Mistakes(file.path)
    mistakes.one_of("id", content["id"], (file.id,))
    lists = {key: tuple(content.get(key) or ()) for key in ("classes", "contracts", "accounts")}
    return Domain(
        id=file.id,
        title=content["title"],
        role=content.get("role") or "data_librarian",
        local=file.local,
        **lists,
    )
