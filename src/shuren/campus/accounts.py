"""The accounts the demo creates and lists on its sign-in page, one per role.

Only `shuren demo` may make them: the password is no secret.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

PASSWORD = "shuren-demo"


@dataclass(frozen=True)
class DemoAccount:
    """kind   the kind of reader the account belongs to, '' for staff and the pupil, who has none;
           of students `student` is an undergraduate, `postgraduate` one beyond
    card   that reader's number in the exports, '' for those; see demo_accounts
    """

    username: str
    role: str
    name: str
    kind: str = ""
    card: str = ""


DEMO_ACCOUNTS = (
    DemoAccount("student", "student", "演示本科生", "student"),
    DemoAccount("postgraduate", "student", "演示研究生", "postgraduate"),
    DemoAccount("faculty", "faculty", "演示教师", "faculty"),
    DemoAccount("department", "department", "演示部门", "department"),
    DemoAccount("alumni", "alumni", "演示校友", "alumni"),
    DemoAccount("public", "public_reader", "演示校外读者", "public"),
    DemoAccount("pupil", "school_pupil", "演示中学生"),
    DemoAccount("desk", "front_desk", "演示服务台馆员"),
    DemoAccount("subject", "subject_librarian", "演示学科馆员"),
    DemoAccount("data", "data_librarian", "演示数据馆员"),
    DemoAccount("technical", "technical_librarian", "演示技术馆员"),
    DemoAccount("overseer", "overseer", "演示督查员"),
    DemoAccount("director", "director", "演示馆长"),
    DemoAccount("ethics", "ethics_board", "演示伦理委员"),
    DemoAccount("admin", "administrator", "演示管理员"),
)


def demo_accounts(folder: Path) -> list[DemoAccount]:
    """The accounts with their cards, from the exports that write_campus put into `folder`.

    Each card is good in the card system, has books out and a history of loans.
    """
    cards = json.loads((folder / "truth.json").read_text("utf-8"))["cards"]
    return [replace(account, card=cards.get(account.kind, "")) for account in DEMO_ACCOUNTS]
