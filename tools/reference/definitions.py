"""docs/reference/definitions.md: what every kind of definition file may say."""

from datetime import date

from shuren.data.definitions import FORMATS
from shuren.discovery import definitions as discovery
from shuren.discovery import floors
from shuren.insight import definitions as insight
from shuren.kernel import calendar_keys as calendar
from shuren.kernel.definitions import SHIPPED, Key
from shuren.management import definitions as management
from shuren.repository import definitions as repository
from shuren.service import definitions as service
from shuren.service import lending, licence_terms, message_definitions, offer_tables, rooms
from shuren.trust import definitions as trust
from shuren.trust import forms, topics
from tools.reference.markdown import table

# Kind → part of the file ("" is its top) → keys.
PARTS: dict[str, dict[str, dict[str, Key]]] = {
    **FORMATS,
    "figures": {"": insight.KEYS, "measures.*": insight.MEASURE_KEYS},
    "dashboards": {"": insight.DASHBOARD_KEYS},
    "indicators": {"": insight.INDICATOR_KEYS},
    "datasets": {
        "": repository.DATASET_KEYS,
        "parts.*": repository.PART_KEYS,
        "parts.*.measures.*": repository.MEASURE_KEYS,
        "training": repository.TRAINING_KEYS,
    },
    "licences": {"": repository.LICENCE_KEYS},
    "shelving": {"": discovery.SHELVING_KEYS},
    "circulation": {"": lending.LENDING_KEYS, "kinds.*, studies.*": lending.KIND_KEYS},
    "floors": {
        "": floors.PLAN_KEYS,
        "floors.*": floors.FLOOR_KEYS,
        "floors.*.areas.*": floors.AREA_KEYS,
        "floors.*.areas.*.shelves": floors.SHELVES_KEYS,
    },
    "rooms": {"": rooms.HOUSE_KEYS, "rooms.*": rooms.ROOM_KEYS},
    "offers": {"": offer_tables.OFFER_KEYS, "rows.*": offer_tables.ROW_KEYS},
    "licence_terms": {"": licence_terms.TERM_KEYS},
    "roles": {"": trust.ROLE_KEYS, "grants.*": trust.GRANT_KEYS},
    "purposes": {"": trust.PURPOSE_KEYS},
    "sensitive_topics": {"": topics.KEYS},
    "forms": {"": forms.FORM_KEYS, "fields.*": forms.FIELD_KEYS},
    **service.FORMATS,
    "opinion_topics": {"": management.TOPIC_KEYS},
    "messages": {"": message_definitions.TEMPLATE_KEYS},
    "calendars": {
        "": calendar.KEYS,
        "terms": calendar.TERM_KEYS,
        "holidays": calendar.HOLIDAY_KEYS,
        "events, more_events": calendar.EVENT_KEYS,
        "week_kinds.*": calendar.WEEK_KIND_KEYS,
        "places.*": calendar.PLACE_KEYS,
    },
}
KINDS = {
    "contracts": (
        "契约",
        "Contracts",
        "一张表收什么、怎么查、怎么存",
        "What a table takes, checks and keeps",
    ),
    "mappings": (
        "映射",
        "Mappings",
        "一个系统的导出怎样对到契约",
        "How one system's export meets a contract",
    ),
    "models": ("模型", "Models", "一张表一条 SELECT", "One table, one SELECT"),
    "figures": ("图表", "Figures", "一个图表数什么", "What a figure counts"),
    "dashboards": ("看板", "Dashboards", "一页图表回答什么", "What a page of figures answers"),
    "stewards": ("数据责任", "Stewards", "哪些数据归谁负责", "Who answers for which data"),
    "indicators": (
        "指标",
        "Indicators",
        "一个绩效指标怎样算",
        "How a performance indicator is computed",
    ),
    "datasets": (
        "数据集",
        "Datasets",
        "向外发布什么、按什么许可",
        "What is given to everybody, and on which terms",
    ),
    "licences": ("许可", "Licences", "数据集按什么条件提供", "On which terms a dataset is given"),
    "shelving": ("排架", "Shelving", "索书号怎样排序", "How call numbers are shelved"),
    "circulation": (
        "借还",
        "Circulation",
        "借给谁、借几册、借多久",
        "What is lent to whom, and how long",
    ),
    "floors": ("平面图", "Floors", "哪一架放哪些索书号", "Which shelf has which call numbers"),
    "rooms": (
        "房间",
        "Rooms",
        "能预约哪些房间、坐几人",
        "Which rooms can be booked, and for how many",
    ),
    "offers": (
        "获取按钮",
        "Offers",
        "什么情形给读者什么按钮，没有时说什么",
        "Which button a reader has in which state, and what is said when there is none",
    ),
    "licence_terms": (
        "许可条款",
        "Licence terms",
        "电子资源谁能读、能否复制传递",
        "Who may read an e-resource, and whether copies may be sent",
    ),
    "roles": ("角色", "Roles", "谁可以做什么", "Who may do what"),
    "purposes": ("用途", "Purposes", "数据为何可用", "What data may be used for"),
    "sensitive_topics": (
        "敏感主题",
        "Sensitive topics",
        "读者借阅中哪些分类不可据以下结论",
        "From which classes nothing may be concluded about a reader",
    ),
    "releases": (
        "研究用发布",
        "Releases",
        "给研究者哪些数据、怎样看不出人",
        "What researchers are given, and how nobody stands out in it",
    ),
    "forms": (
        "表单",
        "Forms",
        "读者填什么，必填的为何必填",
        "What readers fill in, and why what must be filled in is needed",
    ),
    "services": (
        "服务",
        "Services",
        "一项服务的八个方面",
        "The eight facets of a service",
    ),
    "flows": (
        "流程",
        "Flows",
        "一件服务单从提交到办结的各步",
        "The steps of a case from its opening to its end",
    ),
    "opinion_topics": (
        "意见主题",
        "Topics of opinions",
        "意见归到哪个主题、建议谁负责、几天办结",
        "What opinions are about, who is suggested as owner, in how many days",
    ),
    "report_templates": (
        "报告模板",
        "Report templates",
        "委托报告由哪些部分组成",
        "The parts of a commission's report",
    ),
    "projects": (
        "项目",
        "Projects",
        "一类项目的角色、里程碑与文件",
        "Roles, milestones and documents of a kind of project",
    ),
    "service_indicators": (
        "服务指标",
        "Service indicators",
        "一项服务的统计指标怎样计算",
        "How an indicator of a service is counted",
    ),
    "suppliers": (
        "来源机构",
        "Suppliers",
        "向谁索取馆里没有的文献，按什么规则",
        "Who is asked for what the library lacks, and by which rules",
    ),
    "rosters": (
        "值班表",
        "Rosters",
        "哪里每周什么时候要几个志愿者",
        "Where and when in a week how many volunteers are needed",
    ),
    "reviews": (
        "书评",
        "Reviews",
        "读者书评多长、几张照片、每天几次",
        "How long a reader's review may be, its photos, how many a day",
    ),
    "messages": (
        "消息",
        "Messages",
        "一条消息怎么说、可填什么",
        "What a message says, and what it is filled with",
    ),
    "calendars": ("校历", "Calendars", "学期、假日、开放时间", "Terms, holidays, opening hours"),
    "vocabularies": ("词表", "Vocabularies", "代码的名称", "What codes are called"),
    "sources": ("来源", "Sources", "一个为我们供数的系统", "A system that feeds the library"),
}
# A short file of ours, or the stretch of a long one between two of its lines.
EXAMPLES = {
    "contracts": ("contracts/loans.yaml", "  - name: reader_id", "  - name: item_id"),
    "mappings": ("mappings/demo-loans.yaml", "", ""),
    "models": ("models/conformed/seat_zone.sql", "", ""),
    "figures": ("figures/loans_by_class.yaml", "", ""),
    "dashboards": ("dashboards/circulation.yaml", "", ""),
    "stewards": ("stewards/e-resources.yaml", "", ""),
    "indicators": ("indicators/cost_per_download.yaml", "", ""),
    "datasets": ("datasets/loans_by_class.yaml", "", ""),
    "licences": ("licences/CC-BY-4.0.yaml", "", ""),
    "shelving": ("shelving/call_numbers.yaml", "", ""),
    "circulation": ("circulation/lending.yaml", "", ""),
    "floors": ("floors/demo-science.yaml", "", ""),
    "rooms": ("rooms/demo-science.yaml", "", ""),
    "offers": ("offers/full_text.yaml", "", ""),
    "licence_terms": ("licence_terms/otherwise.yaml", "", ""),
    "roles": ("roles/student.yaml", "", ""),
    "purposes": ("purposes/own_records.yaml", "", ""),
    "sensitive_topics": ("sensitive_topics/law_and_crime.yaml", "", ""),
    "releases": ("releases/reading_by_term.yaml", "", ""),
    "forms": ("forms/sign_in.yaml", "", ""),
    "services": ("services/book_hold.yaml", "", ""),
    "flows": ("flows/hold.yaml", "", ""),
    "opinion_topics": ("opinion_topics/seats.yaml", "", ""),
    "report_templates": ("report_templates/citation.yaml", "", ""),
    "projects": ("projects/translation.yaml", "roles:", "  - id: translator"),
    "service_indicators": ("service_indicators/fill.yaml", "", ""),
    "suppliers": ("suppliers/calis.yaml", "", ""),
    "rosters": ("rosters/demo-jiangwan.yaml", "", ""),
    "reviews": ("reviews/titles.yaml", "", ""),
    "messages": ("messages/case_moved.yaml", "", ""),
    "calendars": ("calendars/demo-university.yaml", "", ""),
    "vocabularies": ("vocabularies/reader_kind.yaml", "", ""),
    "sources": ("sources/own-events.yaml", "", ""),
}
TYPES = {
    str: "文字 text", int: "整数 whole number", float: "数 number", bool: "true / false",
    list: "列表 list", dict: "键值 keys and values", date: "日期 date",
}  # fmt: skip


def definitions_page() -> str:
    lines = [
        "# 定义的格式 Definition formats",
        "",
        "一件事一个文件，文件名就是标识。站点 `definitions/<种类>/` 里同名的文件替换随附的。"
        "写错的键会被指出来。",
        "One thing, one file; its name is its id. A file of the same name in the site's "
        "`definitions/<kind>/` replaces ours. A misspelt key is named.",
        "",
        *table(
            ["`definitions/`", "中文", "English"],
            [
                (f"[`{kind}/`](#{kind})", f"{zh}：{about}", f"{en}: {what}")
                for kind, (zh, en, about, what) in KINDS.items()
            ],
        ),
    ]
    for kind, (chinese, english, *_about) in KINDS.items():
        lines += ["", f'<a id="{kind}"></a>', "", f"## {chinese} {english}"]
        if kind == "contracts":
            lines += ["", "[Open Data Contract Standard](https://bitol.io) v3.1."]
        for part, keys in PARTS[kind].items():
            lines += ["", f"### `{kind}/`: `{part}`", ""] if part else [""]
            lines += keys_table(keys)
        lines += ["", *example(*EXAMPLES[kind])]
    return "\n".join(lines) + "\n"


def keys_table(keys: dict[str, Key]) -> list[str]:
    return table(
        ["key", "type", "required", "default", "中文", "English"],
        [
            (
                f"`{name}`",
                type_name(key),
                "●" if key.required else "",
                f"`{key.default}`" if key.default else "",
                key.zh,
                key.en,
            )
            for name, key in keys.items()
        ],
    )


def type_name(key: Key) -> str:
    kinds = key.kind if isinstance(key.kind, tuple) else (key.kind,)
    return ", ".join(TYPES[kind] for kind in kinds)


def example(path: str, first: str, end: str) -> list[str]:
    text = (SHIPPED / path).read_text("utf-8")
    if first:
        text = text[text.index(first) : text.index(end)]
    language = "sql" if path.endswith(".sql") else "yaml"
    return [f"`{path}`", "", f"```{language}", text.rstrip(), "```"]
