"""The rules as one document: versions, what changed, who may put them in force."""

import pytest

from shuren.data import queries
from shuren.data.actions import publish_governance
from shuren.data.errors import NothingToPublish
from shuren.kernel.definitions import SHIPPED
from shuren.kernel.errors import UsageError
from shuren.kernel.shapes import Actor
from shuren.trust import approvals, definitions
from shuren.trust.errors import NotAllowed, UnknownName
from shuren.trust.queries import uses

DIRECTOR = Actor("jin", "director", doing="dashboards.read")
LIBRARIAN = Actor("wen", "data_librarian")
BOARD = Actor("su", "ethics_board")
ADMINISTRATOR = Actor("root", "administrator")
pytestmark = pytest.mark.django_db


def change_loans(site, old: str, new: str) -> None:
    """The site's own contract of loans, with one thing said otherwise."""
    own = site.definitions / "contracts" / "loans.yaml"
    source = own if own.exists() else SHIPPED / "contracts" / "loans.yaml"
    text = source.read_text("utf-8")
    assert old in text
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(text.replace(old, new, 1), "utf-8")


def test_the_first_publication_is_version_1_and_a_second_says_nothing_new(site):
    assert publish_governance(site, actor=DIRECTOR).number == "1.0.0"
    with pytest.raises(NothingToPublish, match=r"1\.0\.0"):
        publish_governance(site, actor=DIRECTOR)


def test_changing_a_rule_needs_the_named_role_and_the_ledger_shows_it(site):
    with pytest.raises(NotAllowed):
        publish_governance(site, actor=LIBRARIAN)
    publish_governance(site, actor=DIRECTOR)
    line = uses(actor=ADMINISTRATOR)[0]
    assert (line.actor, line.role, line.table) == ("jin", "director", "governance.rules")
    assert "1.0.0" in line.detail


def test_a_shorter_term_is_named_and_is_a_small_step(site):
    publish_governance(site, actor=DIRECTOR)
    change_loans(site, "retentionDays, value: 3650", "retentionDays, value: 365")
    made = publish_governance(site, actor=DIRECTOR)
    (change,) = made.changes
    assert made.number == "1.0.1"
    assert (change.what, change.before, change.after) == (
        "contract loans / retention_days", "3650", "365",
    )  # fmt: skip


def test_a_field_renamed_is_a_great_step(site):
    publish_governance(site, actor=DIRECTOR)
    change_loans(site, "- name: renewals", "- name: renewed_times")
    made = publish_governance(site, actor=DIRECTOR)
    assert made.number == "2.0.0"
    assert {(c.kind, c.what) for c in made.changes} == {
        ("removed", "contract loans / field renewals"),
        ("added", "contract loans / field renewed_times"),
    }


def test_the_document_has_every_rule_and_every_field(site):
    names = (("zh", "流通部", "desk"), ("en", "Circulation desk", "流通部"))
    for language, owner, foreign in names:
        text = queries.governance_markdown(queries.governance(site), language)
        assert f"| {owner} |" in text
        assert foreign not in text
        for number in range(1, 16):
            assert f"| N{number:02} |" in text
        assert "| renewals |" in text
        assert "| S02 |" in text


def test_the_pdf_is_set_in_a_chinese_typeface(site):
    made = queries.governance_pdf(queries.governance(site), "zh")
    assert made.startswith(b"%PDF-")
    assert b"STSong-Light" in made


def change_purpose(site, old: str, new: str) -> None:
    own = site.definitions / "purposes" / "own_records.yaml"
    source = own if own.exists() else SHIPPED / "purposes" / "own_records.yaml"
    own.parent.mkdir(parents=True, exist_ok=True)
    text = source.read_text("utf-8")
    assert old in text
    own.write_text(text.replace(old, new, 1), "utf-8")
    definitions.purposes.cache_clear()
    definitions.roles.cache_clear()


def test_a_purpose_is_changed_by_the_board_and_the_director_together(site, settings):
    """Owner and steward write the file, the board approves it, the director puts it in force."""
    settings.SITE = site
    publish_governance(site, actor=DIRECTOR)
    change_purpose(site, "keep_days: 0", "keep_days: 30")
    with pytest.raises(NotAllowed, match="purposes/own_records"):
        publish_governance(site, actor=DIRECTOR)
    seen = approvals.fingerprint("purposes", "own_records")
    for actor in (DIRECTOR, LIBRARIAN, ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            approvals.approve("purposes", "own_records", seen, actor=actor)
    with pytest.raises(UsageError, match="changed since"):
        approvals.approve("purposes", "own_records", "a" * 32, actor=BOARD)
    approvals.approve("purposes", "own_records", seen, actor=BOARD)
    assert approvals.approval("purposes", "own_records").by == "su"
    made = publish_governance(site, actor=DIRECTOR)
    assert "purpose own_records / keep_days" in [change.what for change in made.changes]
    change_purpose(site, "keep_days: 30", "keep_days: 60")
    assert approvals.approval("purposes", "own_records") is None
    with pytest.raises(NotAllowed, match="purposes/own_records"):
        publish_governance(site, actor=DIRECTOR)


def test_what_is_no_definition_cannot_be_approved(site, settings):
    settings.SITE = site
    for kind, id in (("contracts", "loans"), ("purposes", "curiosity"), ("roles", "../x")):
        with pytest.raises(UnknownName):
            approvals.approve(kind, id, "", actor=BOARD)
