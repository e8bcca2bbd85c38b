"""The sections of 《图书馆数据治理规范》, made from contracts, rules, roles and purposes."""

from collections.abc import Iterable

from shuren.data import definitions
from shuren.data.asset import owner_names
from shuren.data.governance import Grid, Section, Text
from shuren.data.internals.lint import NAMING_RULES
from shuren.data.internals.stewards import domain_of
from shuren.data.internals.vocabularies import headings
from shuren.data.rules import RULES
from shuren.data.shapes import Contract
from shuren.kernel.site import Site
from shuren.trust import queries as trust
from shuren.trust.definitions import PERMISSIONS

_LEVELS: dict[int, tuple[Text, Text]] = {
    1: ({"zh": "1 公开", "en": "1 public"}, {"zh": "任何人可看。", "en": "Anybody may see it."}),
    2: (
        {"zh": "2 内部", "en": "2 internal"},
        {"zh": "馆员在工作中可看。", "en": "Staff see it in their work."},
    ),
    3: (
        {"zh": "3 个人", "en": "3 personal"},
        {
            "zh": "关于个人：只按写明的用途使用，每次使用记入台账。",
            "en": "About a person: for a named purpose only, every use in the ledger.",
        },
    ),
    4: (
        {"zh": "4 敏感", "en": "4 sensitive"},
        {
            "zh": "可能伤害个人：封存，逐条开启。",
            "en": "It could harm a person: sealed, opened one record at a time.",
        },
    ),
}
_STORAGE = {
    "keep": {"zh": "原样", "en": "as it is"},
    "pseudonym": {"zh": "假名", "en": "pseudonym"},
    "vault": {"zh": "封存", "en": "sealed"},
    "drop": {"zh": "不留", "en": "not kept"},
}


def sections(site: Site) -> tuple[Section, ...]:
    contracts = list(definitions.contracts(site).values())
    return (
        _rights(site, contracts),
        _roles(),
        _purposes(),
        _naming(),
        _levels(),
        _classes(site, contracts),
        _retention(contracts),
        _checks(),
        _intro_of_contracts(),
        *(_contract(one) for one in contracts),
    )


def same(text: object) -> Text:
    return {"zh": str(text), "en": str(text)}


def _grid(head: Iterable[tuple[str, str]], rows: Iterable[tuple[Text, ...]]) -> Grid:
    return Grid(tuple({"zh": zh, "en": en} for zh, en in head), tuple(rows))


def _rights(site: Site, contracts: list[Contract]) -> Section:
    domains = definitions.domains(site)
    able = [r.title for r in trust.roles().values() if "governance.publish" in r.permissions]
    board = {
        key: "、".join(t["zh"] for t in able) if key == "zh" else ", ".join(t["en"] for t in able)
        for key in ("zh", "en")
    }
    rows = []
    for one in contracts:
        domain = domains.get(domain_of(one, domains.values()))
        steward = domain.title if domain else same("–")
        rows.append((one.title, owner_names(one.owner), steward, board))
    return Section(
        "rights",
        {"zh": "职责与决策权", "en": "Roles and decision rights"},
        paragraphs=(
            {
                "zh": "负责人决定字段与保存期限；数据管理员照看质量、处理任务、提出修改；发布新版本须由下列角色批准，每次发布记入台账。",  # noqa: E501
                "en": "The owner decides on fields and terms; the steward looks after quality and proposes changes; a new version is published by the roles named below, and each publication is in the ledger.",  # noqa: E501
            },
        ),
        grid=_grid(
            [
                ("契约", "Contract"),
                ("负责人", "Owner"),
                ("数据管理员", "Steward"),
                ("批准发布", "Publishes"),
            ],
            rows,
        ),
    )


def _roles() -> Section:
    rows = []
    for role in trust.roles().values():
        may = {
            "zh": "；".join(_granted("zh", *pair) for pair in role.grants.items()),
            "en": "; ".join(_granted("en", *pair) for pair in role.grants.items()),
        }
        rows.append((role.title, role.description, may))
    return Section(
        "roles",
        {"zh": "角色与权限", "en": "Roles and permissions"},
        grid=_grid([("角色", "Role"), ("说明", "What it is"), ("可以", "May")], rows),
    )


def _granted(language: str, action: str, given: tuple[str, ...]) -> str:
    """An action, with the purposes that data may be used for while doing it."""
    known = trust.purposes()
    purposes = ("、" if language == "zh" else ", ").join(known[id].title[language] for id in given)
    title = PERMISSIONS[action][language]
    if not purposes:
        return title
    return f"{title}（{purposes}）" if language == "zh" else f"{title} ({purposes})"


def _purposes() -> Section:
    rows = [
        (one.title, one.description, _LEVELS[one.highest_class][0])
        for one in trust.purposes().values()
    ]
    return Section(
        "purposes",
        {"zh": "用途", "en": "Purposes"},
        paragraphs=(
            {
                "zh": "没有用途就打不开个人数据；每次使用都记下谁、何时、为何、用了哪些列。",
                "en": "No personal data open without a purpose; every use is written down: who, when, why, which columns.",  # noqa: E501
            },
        ),
        grid=_grid(
            [("用途", "Purpose"), ("说明", "What it is"), ("最高级别", "Highest level")], rows
        ),
    )


def _naming() -> Section:
    rows = [(same(id), texts) for id, texts in NAMING_RULES.items()]
    return Section(
        "naming",
        {"zh": "命名规则", "en": "Naming rules"},
        paragraphs=(
            {
                "zh": "违反任何一条的契约不能装载数据。",
                "en": "A contract that breaks one of them loads nothing.",
            },
        ),
        grid=_grid([("编号", "Number"), ("规则", "Rule")], rows),
    )


def _levels() -> Section:
    rows = list(_LEVELS.values())
    return Section(
        "levels",
        {"zh": "数据级别", "en": "Levels of data"},
        grid=_grid([("级别", "Level"), ("含义", "Meaning")], rows),
    )


def _classes(site: Site, contracts: list[Contract]) -> Section:
    rows = []
    for id, title in headings(site, "data_class").items():
        own = [one for one in contracts if one.data_class == id]
        rows.append(
            (
                title,
                {
                    "zh": "、".join(one.title["zh"] for one in own) or "–",
                    "en": ", ".join(one.title["en"] for one in own) or "–",
                },
            )
        )
    return Section(
        "classes",
        {"zh": "六类数据", "en": "Six classes of data"},
        grid=_grid([("类别", "Class"), ("契约", "Contracts")], rows),
    )


def _retention(contracts: list[Contract]) -> Section:
    return Section(
        "retention",
        {"zh": "保存期限", "en": "How long data are kept"},
        paragraphs=(
            {
                "zh": "到期的行从原始层、主题层、隔离区与旧快照中删除。",
                "en": "Rows past their term go from raw files, marts, quarantine and old snapshots.",  # noqa: E501
            },
        ),
        grid=_grid(
            [("契约", "Contract"), ("期限", "Term")],
            [(one.title, _term(one.retention_days)) for one in contracts],
        ),
    )


def _term(days: int | None) -> Text:
    if days is None:
        return {"zh": "长期保存", "en": "for good"}
    years, rest = divmod(days, 365)
    if rest:
        return {"zh": f"{days} 天", "en": f"{days} days"}
    return {"zh": f"{years} 年", "en": f"{years} years"}


def _checks() -> Section:
    rows = [(same(code), rule.title) for code, rule in RULES.items()]
    return Section(
        "checks",
        {"zh": "质量规则", "en": "Rules of quality"},
        paragraphs=(
            {
                "zh": "不合规则的行进入隔离区，写明文件、行号与原因，修正后可以重放；不会悄悄丢失。",  # noqa: E501
                "en": "A row that breaks one goes to quarantine with its file, line and reason, and can be mended and replayed; none is lost in silence.",  # noqa: E501
            },
        ),
        grid=_grid([("代码", "Code"), ("规则", "Rule")], rows),
    )


def _intro_of_contracts() -> Section:
    return Section(
        "contracts",
        {"zh": "数据契约", "en": "Data contracts"},
        paragraphs=(
            {
                "zh": "每份契约写明一种来源数据有哪些字段、什么格式、什么级别、怎样保存。",
                "en": "Each contract says which fields a kind of source data has, in which form, on which level, and how they are kept.",  # noqa: E501
            },
        ),
    )


def _contract(contract: Contract) -> Section:
    rows = []
    for one in contract.fields:
        must = {"zh": "必填", "en": "required"} if one.required else same("")
        rows.append(
            (
                one.title,
                same(one.name),
                same(f"{one.type} {one.unit}".strip()),
                _LEVELS[one.classification][0],
                _STORAGE[one.storage],
                must,
            )
        )
    owner = owner_names(contract.owner)
    about = {
        "zh": f"{contract.description['zh']} 版本 {contract.version}；负责人：{owner['zh']}。",
        "en": f"{contract.description['en']} Version {contract.version}; owner: {owner['en']}.",
    }
    return Section(
        f"contract-{contract.id}",
        contract.title,
        level=3,
        paragraphs=(about,),
        grid=_grid(
            [
                ("字段", "Field"),
                ("名称", "Name"),
                ("类型", "Type"),
                ("级别", "Level"),
                ("保存", "Kept"),
                ("要求", "Rule"),
            ],
            rows,
        ),
    )
