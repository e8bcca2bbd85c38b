"""What happened to a project's milestones, as steps of its case: `<verb>:<milestone>`."""

from pathlib import Path

from shuren.kernel.i18n import pick
from shuren.service.internals.project_rows import Project
from shuren.service.internals.projects.reading import read_project
from shuren.service.project_shapes import ProjectKind

VERBS: dict[str, dict[str, str]] = {
    "paper": {"zh": "{what}：上传文件", "en": "{what}: a document was added"},
    "handed_in": {"zh": "{what}：提交", "en": "{what}: handed in"},
    "done": {"zh": "{what}：完成", "en": "{what}: done"},
    "agreed": {"zh": "{what}：同意", "en": "{what}: agreed to"},
    "sent_back": {"zh": "{what}：退回", "en": "{what}: sent back"},
    "dropped": {"zh": "{what}：取消", "en": "{what}: dropped"},
    "moved": {"zh": "{what}：改期", "en": "{what}: moved to another day"},
    "reopened": {"zh": "{what}：重新打开", "en": "{what}: opened again"},
    "appointed": {"zh": "{what}：确定人选", "en": "{what}: appointed"},
    "released": {"zh": "{what}：人选变更", "en": "{what}: released"},
}
# Those about a role, not a milestone.
OF_ROLES = ("appointed", "released")


def event(verb: str, what: str) -> str:
    return f"{verb}:{what}"


def kind_of(project: Project) -> ProjectKind:
    """Its kind as it was declared when it began."""
    said = project.said | {"roles": dict(project.said["roles"])}
    return read_project(Path(f"project of {project.pk}"), said)


def steps_in_words(case_id: str) -> dict[str, dict[str, str]]:
    """{event: title} of all that can have happened to the milestones of a case's project."""
    project = Project.objects.filter(pk=case_id).first()
    if project is None:
        return {}
    kind = kind_of(project)
    milestones = {one.id: one.title for one in kind.milestones}
    roles = {one.id: one.title for one in kind.roles.values()}
    return {
        event(verb, id): {
            language: text.format(what=pick(title, language)) for language, text in said.items()
        }
        for verb, said in VERBS.items()
        for id, title in (roles if verb in OF_ROLES else milestones).items()
    }
