"""Every permission there is and what it opens; every scope of a key."""

from typing import NamedTuple

# What everybody does who came under no action of their own: look at what is public.
PUBLIC_READ = "public.read"
# What a signed-in reader does on such a page besides: look at what is their own.
OWN_READ = "my_library.read"
# What a program does with a scope for tables. No role has it: `marts:read` is given to keys.
TABLES_READ = "tables.read"

# Every permission there is, and what it opens. A role names them as resource and action; nothing
# else grants them.
PERMISSIONS: dict[str, dict[str, str]] = {
    PUBLIC_READ: {"zh": "看公开的内容", "en": "See what is public"},
    OWN_READ: {"zh": "看自己的借阅", "en": "See one's own loans"},
    "workbench.open": {"zh": "打开工作台", "en": "Open the workbench"},
    "loads.read": {"zh": "看数据源与装载回执", "en": "See sources and receipts of loads"},
    "loads.run": {"zh": "装载数据、构建数据表", "en": "Load data and build tables"},
    "quarantine.read": {
        "zh": "看隔离区（身份列遮盖）",
        "en": "See refused rows, identities masked",
    },
    "quarantine.mend": {
        "zh": "修正并重放隔离区的行",
        "en": "Mend and replay refused rows, original bytes shown",
    },
    "quarantine.export": {"zh": "导出隔离区的原始行", "en": "Export refused rows as they came"},
    "tasks.read": {"zh": "看数据质量与任务", "en": "See the quality of data and its tasks"},
    "tasks.work": {"zh": "认领并办结数据质量任务", "en": "Take and close tasks of data quality"},
    "contracts.read": {"zh": "看数据治理规范", "en": "Read the data contracts"},
    "suggestions.decide": {
        "zh": "采纳或拒绝对书目的建议",
        "en": "Accept or refuse suggestions for records",
    },
    "readers.link": {
        "zh": "判断两张读者证是否同属一人",
        "en": "Decide whether two readers' cards are one person's",
    },
    "decisions.read": {"zh": "看决策日志", "en": "Read the decision log"},
    "decisions.write": {"zh": "记录决策与结果", "en": "Record decisions and their outcome"},
    "governance.publish": {
        "zh": "发布数据治理规范的新版本（改规则）",
        "en": "Publish a new version of the data rules (change a rule)",
    },
    "purposes.approve": {
        "zh": "批准与复审数据用途",
        "en": "Approve the purposes data are used for, and look at them again",
    },
    "records.edit": {"zh": "修改书目记录", "en": "Edit bibliographic records"},
    "datasets.publish": {
        "zh": "发布与撤回开放数据集",
        "en": "Publish and withdraw open datasets",
    },
    "knowledge.read": {
        "zh": "查阅知识库（含草稿）",
        "en": "Read the knowledge base, drafts as well",
    },
    "dashboards.read": {"zh": "看统计看板", "en": "Read the dashboards"},
    "accounts.manage": {"zh": "管理账号", "en": "Manage accounts"},
    "pupils.manage": {"zh": "管理学生账号与监护人同意", "en": "Manage accounts of pupils"},
    "site.operate": {"zh": "运行与备份站点", "en": "Operate and back up the site"},
    "ledger.read": {"zh": "看数据使用台账", "en": "Read the ledger of data uses"},
    "releases.export": {
        "zh": "为研究者导出去标识的数据",
        "en": "Export de-identified data for researchers",
    },
    "exports.approve": {
        "zh": "批准涉及个人的导出",
        "en": "Approve exports about people",
    },
    "desk.serve": {
        "zh": "凭读者证查看在场读者的在借",
        "en": "See what a reader at the desk has on loan, by their card",
    },
    "cases.read": {"zh": "看各队列的服务单", "en": "See the cases of all queues"},
    "desk.erase": {
        "zh": "凭读者证为无法登录的读者清除记录（须第二人批准）",
        "en": "Erase a reader's records at the desk, by their card and a second person's yes",
    },
    "cases.work": {"zh": "办理服务单", "en": "Work on cases of services"},
    "cases.correct": {
        "zh": "办理更正个人信息的服务单",
        "en": "Work on readers' requests to correct a record about them",
    },
    "cases.manage": {
        "zh": "派工、签批与督办服务单",
        "en": "Assign, sign and supervise cases of services",
    },
    "services.edit": {
        "zh": "修改服务的声明；扩大对象或要求更多信息时由第二人批准",
        "en": "Change what services say; a second person approves what widens or asks for more",
    },
    "reviews.moderate": {
        "zh": "审阅、发布与撤下读者书评（不见作者）",
        "en": "Read, publish and take down readers' reviews, not whose they are",
    },
    "voice.read": {"zh": "看读者意见（遮盖后）", "en": "See readers' opinions, masked"},
    "voice.work": {
        "zh": "登记、合并、分解、办理与答复读者意见（可看原文）",
        "en": "Note, merge, split, handle and answer opinions; open what was written",
    },
    "voice.manage": {
        "zh": "指定责任人与期限、核验、发布读者意见",
        "en": "Name owners and deadlines, check what was done, publish opinions",
    },
    "supervision.read": {"zh": "看督办看板", "en": "See the supervision board"},
    "messages.manage": {
        "zh": "管理发件箱：看状态、重发、发送",
        "en": "Manage the outbox: see how it stands, send, send again",
    },
    "bookings.serve": {
        "zh": "看各处的预约（不见读者）并现场办理、封闭座位",
        "en": "See the bookings of places, not whose they are, serve them and block places",
    },
    "break_glass.open": {
        "zh": "紧急情况下限时打开一位读者的记录",
        "en": "Open one reader's records in an emergency, for a limited time",
    },
    "break_glass.review": {
        "zh": "复核紧急查看",
        "en": "Review what was opened in an emergency",
    },
    "keys.manage": {"zh": "管理开放接口的密钥", "en": "Manage the keys of the open API"},
}

# What each action reads data for; () where it reads none through a purpose. A role's file gives an
# action some of them, or a purpose of the site's own; the door opens no other pair. What is public
# is read under every action, so it stands with PUBLIC_READ alone.
PERMISSION_PURPOSES: dict[str, tuple[str, ...]] = dict.fromkeys(PERMISSIONS, ()) | {
    PUBLIC_READ: ("public_information", "public_statistics"),
    OWN_READ: (
        "own_records",
        "reading_history",
        "behaviour_tracking",
        "declared_interests",
        "search_alerts",
    ),
    "loads.run": ("data_quality", "reader_linking"),
    "quarantine.read": ("data_quality",),
    "quarantine.mend": ("data_quality",),
    "quarantine.export": ("data_quality",),
    "contracts.read": ("data_quality",),
    "suggestions.decide": ("data_quality",),
    "readers.link": ("reader_linking",),
    "datasets.publish": ("open_data",),
    "releases.export": ("research",),
    "knowledge.read": ("knowledge_service",),
    "dashboards.read": ("library_statistics",),
    "desk.serve": ("service_operation",),
    "cases.read": ("case_handling",),
    "cases.work": ("case_handling",),
    "cases.manage": ("case_handling",),
    "bookings.serve": ("space_booking",),
    "cases.correct": ("case_handling", "record_correction"),
    "reviews.moderate": ("case_handling",),
    "voice.read": ("case_handling",),
    "voice.work": ("case_handling",),
    "voice.manage": ("case_handling",),
    "messages.manage": ("reader_messages",),
    "break_glass.open": ("emergency",),
}


class Scope(NamedTuple):
    """What a key may be given, and the action that its program then does."""

    title: dict[str, str]
    action: str


SCOPES: dict[str, Scope] = {
    "catalogue:read": Scope({"zh": "数据目录", "en": "The catalogue of tables"}, "contracts.read"),
    "figures:read": Scope({"zh": "统计图表", "en": "Figures"}, "dashboards.read"),
    "indicators:read": Scope({"zh": "评估指标", "en": "Indicators"}, "dashboards.read"),
    "loads:read": Scope({"zh": "装载回执", "en": "Receipts of loads"}, "loads.read"),
    "lineage:read": Scope({"zh": "数据血缘", "en": "Lineage"}, "contracts.read"),
}
