"""What the reader's voice tells readers and staff, through the service room's messages."""

from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.management.internals.voice_rows import Opinion, Task
from shuren.service import messages
from shuren.trust.queries import accounts, roles

# Where a writer without an account sees their opinion; a test of the web room holds it.
OWN_PAGE = "/voice/own/"


def survey(site: Site, opinion: Opinion, source: str, pseudonym: str, token: str) -> None:
    """Ask one writer to rate this answer, once."""
    messages.tell(
        site, reader=pseudonym, template="opinion_survey",
        values={"title": opinion.title, "link": f"{_root(site)}{OWN_PAGE}{token}/"},
        about={"kind": "case", "id": opinion.pk},
        key=f"opinion:{source}:answer:{opinion.reopened}",
    )  # fmt: skip


def reopened(site: Site, opinion: Opinion) -> None:
    """Tell those who supervise that an answer was not good enough."""
    for account in _with("voice.manage"):
        messages.tell(
            site, account=account, template="opinion_reopened", values={"title": opinion.title},
            about={"kind": "opinion", "id": opinion.pk},
            key=f"opinion:{opinion.pk}:reopened:{opinion.reopened}",
        )  # fmt: skip


def late(site: Site, task: Task, level: int, days: int) -> None:
    """Tell of a task that is near its day (0: who works on tasks) or past it (1, 2: managers)."""
    template = ("task_near", "task_overdue", "task_overdue")[level]
    values = {"title": task.title, "owner": task.owner, "due": task.due_on}
    if level:
        values["days"] = days
    for account in _with("voice.manage" if level else "voice.work"):
        messages.tell(
            site, account=account, template=template, values=values,
            about={"kind": "task", "id": task.pk}, key=f"task:{task.pk}:{task.due_on}:{level}",
        )  # fmt: skip


def _root(site: Site) -> str:
    return read_settings(site).public_url.rstrip("/")


def _with(permission: str) -> list[str]:
    may = {id for id, role in roles().items() if permission in role.permissions}
    return [one.username for one in accounts() if one.role in may]
