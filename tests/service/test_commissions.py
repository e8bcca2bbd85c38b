"""Commissions: a draft, a second person, a signed document that anybody verifies offline."""

import hashlib
import subprocess
import sys

import pytest
import yaml

from shuren.data.actions import build
from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions, commissions, documents
from shuren.service.cases import act, open_case
from shuren.service.definitions import report_template, report_templates
from shuren.service.errors import CaseChanged, NoSuchCase, NotNow, WrongField
from shuren.service.internals.document_rows import ReportDraft, SignedDocument
from shuren.service.internals.documents import increment
from shuren.service.internals.documents.indexes import index_counts
from shuren.trust.models import UseRecord
from tests.conftest import ROOT
from tests.data.loading import load
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, SECOND, reader
from tests.service.library import fill

pytestmark = pytest.mark.django_db(transaction=True)
SHIPPED = ROOT / "src" / "shuren" / "definitions"
VERIFIER = ROOT / "docs" / "how-to" / "verify_ledger.py"
NOVELTY = {
    "databases": "CNKI 1990–2026\nWeb of Science 1980–2026",
    "strategy": "(机器学习 OR machine learning) AND 古籍",
    "findings": [{"title": "古籍修复的图像识别", "authors": "王某", "year": "2021"}],
    "comparison": "文献 1 只做识别，不做断代。",
    "conclusion": "查新点一未见相同报道。",
}
JOURNALS = (
    "index_name,title,issn,since_year\n"
    "SCIE,Journal of Things,1234-5679,2010\n"
    "EI,Journal of Things,1234-5679,2015\n"
    "CSSCI,图书馆论坛,1002-1167,1998\n"
)


@pytest.fixture
def ann(site: Site, settings) -> Actor:
    settings.SITE = site
    for id in ("novelty_search", "citation_report"):
        commissioned(site, id)
    return reader(site, role="faculty")


def commissioned(site: Site, id: str) -> None:
    """A service of the site by this name that runs by the flow `commission`."""
    folder = site.definitions / "services"
    folder.mkdir(parents=True, exist_ok=True)
    said = yaml.safe_load((SHIPPED / "services" / "book_hold.yaml").read_text("utf-8"))
    said |= {
        "id": id, "flow": "commission", "about": ["none"],
        "form": [
            {"name": "project_title", "type": "text", "title": {"zh": "项目", "en": "Project"}}
        ],
        "audiences": ["faculty", "undergrad"],
    }  # fmt: skip
    said["rules"]["limits"] = {}
    (folder / f"{id}.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")


def in_work(site: Site, ann: Actor, service: str = "novelty_search") -> str:
    opened = open_case(site, service, actor=ann, fields={"project_title": "古籍断代的新方法"})
    act(site, opened.id, "accept_quote", actor=LIBRARIAN, fields={"quote_cny": 800})
    act(site, opened.id, "assign", actor=MANAGER)
    return opened.id


def delivered(site: Site, ann: Actor) -> str:
    case = in_work(site, ann)
    commissions.save_draft(site, case, NOVELTY, actor=LIBRARIAN)
    act(site, case, "draft_done", actor=LIBRARIAN)
    act(site, case, "sign_off", actor=SECOND)
    return case


def test_a_report_is_drafted_by_one_and_signed_by_another(site: Site, ann: Actor) -> None:
    case = in_work(site, ann)
    with pytest.raises(NotNow, match="it lacks: Where was searched"):
        act(site, case, "draft_done", actor=LIBRARIAN)
    half = commissions.save_draft(site, case, {"databases": "CNKI"}, actor=LIBRARIAN)
    assert [one["zh"] for one in half.missing] == ["检索词与检索式", "对比分析", "查新结论"]
    commissions.save_draft(site, case, NOVELTY, actor=LIBRARIAN)
    act(site, case, "draft_done", actor=LIBRARIAN)
    with pytest.raises(NotNow, match="second person"):
        act(site, case, "sign_off", actor=LIBRARIAN)
    assert documents.of_case(site, case, LIBRARIAN) == []
    signed = act(site, case, "sign_off", actor=SECOND)
    assert (signed.state, signed.waits_for) == ("delivered", "reader")
    [line] = documents.own_documents(ann)
    assert (line.kind, line.version, line.case) == ("novelty", 1, case)
    assert line.number.startswith("CX-")


def test_who_wrote_in_the_draft_does_not_sign_it_even_if_another_sent_it_on(site, ann) -> None:
    case = in_work(site, ann)
    commissions.save_draft(site, case, NOVELTY, actor=SECOND)
    act(site, case, "draft_done", actor=LIBRARIAN)
    with pytest.raises(NotNow, match="you wrote in the report"):
        act(site, case, "sign_off", actor=SECOND)
    assert not SignedDocument.objects.exists()


def test_a_draft_is_written_only_in_work_and_never_over_another_persons(site, ann) -> None:
    case = in_work(site, ann)
    first = commissions.save_draft(site, case, NOVELTY, actor=LIBRARIAN)
    with pytest.raises(CaseChanged, match="Somebody else changed the draft"):
        commissions.save_draft(site, case, {}, actor=SECOND, expected_version=first.version - 1)
    act(site, case, "draft_done", actor=LIBRARIAN)
    with pytest.raises(NotNow, match="only while the case is in work"):
        commissions.save_draft(site, case, {}, actor=LIBRARIAN)
    with pytest.raises(NoSuchCase):
        commissions.draft(site, case, ann)
    with pytest.raises(NoSuchCase):
        commissions.save_draft(site, case, {}, actor=ann)


def test_what_a_draft_holds_lies_sealed_on_the_disk(site, ann) -> None:
    delivered(site, ann)
    sealed = bytes(ReportDraft.objects.get().sealed)
    document = SignedDocument.objects.get()
    for held in (sealed, bytes(document.sealed_zh), bytes(document.sealed_en)):
        assert held
        assert b"%PDF" not in held
        assert "查新点".encode() not in held


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_file_verifies_itself_offline_and_a_changed_one_does_not(
    site, ann, tmp_path, language
) -> None:
    delivered(site, ann)
    [line] = documents.own_documents(ann)
    name, content = documents.file_of(site, line.code, language, ann)
    assert name == f"{line.number}-v1-{language}.pdf"
    body, proof = increment.split(content)
    assert proof is not None
    assert hashlib.sha256(body).hexdigest() == line.files[language]
    path = tmp_path / name
    path.write_bytes(content)
    good = verified(path)
    assert (good.returncode, "VERIFIED 验证通过" in good.stdout) == (0, True), good.stdout
    assert line.number in good.stdout
    for at in (len(body) // 2, len(content) - 40):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert verified(path).returncode != 0
    path.write_bytes(content + b"\n5 0 obj\n<< >>\nendobj\n")  # shown instead, by some readers
    assert verified(path).returncode != 0
    path.write_bytes(body)
    assert verified(path).returncode != 0
    path.write_bytes(documents.proof_of(line.code))
    assert verified(path).returncode == 0


def verified(path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(VERIFIER), str(path)], capture_output=True, text=True, check=False
    )


def test_another_documents_proof_does_not_prove_this_one(site, ann, tmp_path) -> None:
    delivered(site, ann)
    delivered(site, ann)
    one, other = documents.own_documents(ann)
    mine, _proof = increment.split(documents.file_of(site, one.code, "zh", ann)[1])
    _body, foreign = increment.split(documents.file_of(site, other.code, "zh", ann)[1])
    path = tmp_path / "mixed.pdf"
    path.write_bytes(increment.with_proof(mine, foreign))
    assert verified(path).returncode == 1
    assert "not the one that was signed" in verified(path).stdout


def test_the_pdf_with_its_proof_is_still_read_and_says_what_was_written(site, ann) -> None:
    import pypdfium2

    delivered(site, ann)
    [line] = documents.own_documents(ann)
    for language, said in (("zh", "查新结论"), ("en", "Sci-tech novelty report")):
        pdf = pypdfium2.PdfDocument(documents.file_of(site, line.code, language, ann)[1])
        text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
        assert said in text
        assert "古籍断代的新方法" in text
        assert line.number in text
        assert ann.reader_key not in text


def test_only_the_reader_and_the_desk_get_the_file(site, ann) -> None:
    case = delivered(site, ann)
    [line] = documents.own_documents(ann)
    other = reader(site, "2020002", "faculty")
    assert documents.own_documents(other) == []
    with pytest.raises((documents.NoSuchDocument, NoSuchCase)):
        documents.file_of(site, line.code, "zh", other)
    for strange in ("", "x", "0" * 16, "../../etc"):
        with pytest.raises(documents.NoSuchDocument):
            documents.file_of(site, strange, "zh", ann)
    with pytest.raises(documents.NoSuchDocument):
        documents.file_of(site, line.code, "fr", ann)
    before = UseRecord.objects.count()
    assert documents.file_of(site, line.code, "zh", SECOND)[1].startswith(b"%PDF")
    assert UseRecord.objects.count() > before
    assert [one.case for one in documents.of_case(site, case, ann)] == [case]


def test_anybody_verifies_by_code_however_it_is_typed(site, ann) -> None:
    delivered(site, ann)
    [line] = documents.own_documents(ann)
    typed = " ".join(line.code[at : at + 4].lower() for at in range(0, 16, 4))
    assert documents.verify(typed).number == line.number
    assert documents.verify(line.code.replace("0", "O").replace("1", "l")).code == line.code
    with pytest.raises(documents.NoSuchDocument):
        documents.verify(line.code[:-1])
    content = documents.file_of(site, line.code, "en", ann)[1]
    assert documents.verify_file(line.code, content).language == "en"
    assert documents.verify_file(line.code, increment.split(content)[0]).is_same
    assert not documents.verify_file(line.code, content[:-9]).is_same
    assert not documents.verify_file(line.code, b"").is_same


def test_a_revision_is_the_next_version_of_the_same_number(site, ann) -> None:
    case = delivered(site, ann)
    [first] = documents.own_documents(ann)
    act(site, case, "ask_revision", actor=ann, note="请补充英文数据库")
    commissions.save_draft(site, case, NOVELTY | {"databases": "Scopus"}, actor=LIBRARIAN)
    act(site, case, "draft_done", actor=LIBRARIAN)
    act(site, case, "sign_off", actor=SECOND)
    newest, older = documents.own_documents(ann)
    assert (newest.number, newest.version, older.version) == (first.number, 2, 1)
    assert documents.verify(first.code).replaced_by == newest.code
    assert newest.files != first.files
    assert documents.file_of(site, first.code, "zh", ann)[1].startswith(b"%PDF")


def test_papers_get_the_indexes_that_cover_their_journal_in_their_year(site, ann) -> None:
    load(site, "journal_indexes", JOURNALS, "lists.csv")
    build(site, actor=Actor("cli:test", "administrator"))
    case = in_work(site, ann, "citation_report")
    papers = [
        {"title": "A", "journal": "Journal of Things", "issn": "1234-5679", "year": "2016"},
        {"title": "B", "journal": "Journal of Things", "issn": "12345679", "year": "2012"},
        {"title": "C", "journal": "Journal of Things", "issn": "1234-5679", "year": "2009"},
        {"title": "D", "journal": "图书馆论坛", "issn": "1002-1167", "year": "2020"},
        {"title": "E", "journal": "Unknown", "issn": "0000-0000", "year": "2020"},
        {"title": "F", "journal": "Journal of Things", "issn": "1234-5679", "year": ""},
    ]
    said = {"author": "ANN", "papers": papers, "rule": "第一作者以外的作者引用计为他引"}
    found = commissions.save_draft(site, case, said, actor=LIBRARIAN)
    badges = {one["title"]: one["indexes"] for one in found.content["papers"]}
    assert badges == {
        "A": ["EI", "SCIE"], "B": ["SCIE"], "C": [], "D": ["CSSCI"], "E": [], "F": [],
    }  # fmt: skip
    assert index_counts(found.content["papers"]) == {"SCIE": 2, "CSSCI": 1, "EI": 1}
    assert found.indexes_of != ""


def test_without_index_lists_nothing_is_claimed(site, ann) -> None:
    case = in_work(site, ann, "citation_report")
    papers = [{"title": "A", "journal": "Nature", "issn": "0028-0836", "year": "2020"}]
    found = commissions.save_draft(site, case, {"papers": papers}, actor=LIBRARIAN)
    assert (found.content["papers"][0]["indexes"], found.indexes_of) == ([], "")


def test_rows_of_a_file_find_their_columns_in_either_language() -> None:
    part = report_template(None, "citation_report").parts[1]
    rows = commissions.rows_of(part, ["序号", "题名", "Year", "issn"], [["1", "甲", "2020", "x"]])
    assert rows == [{"title": "甲", "year": "2020", "issn": "x"}]
    with pytest.raises(WrongField, match="none of the columns"):
        commissions.rows_of(part, ["a", "b"], [["1", "2"]])


def test_an_erasure_takes_the_file_and_leaves_the_fingerprint(site, settings) -> None:
    settings.SITE = site
    ann = fill(site)
    commissioned(site, "novelty_search")
    case = delivered(site, ann)
    [line] = documents.own_documents(ann)
    kept = documents.file_of(site, line.code, "zh", ann)[1]
    act(site, case, "confirm", actor=ann)
    certificate = actions.erase(site, ann)
    assert certificate.content["statement"]["erased"]["documents"] == 1
    row = SignedDocument.objects.get()
    assert (row.pseudonym, row.case_id, bytes(row.sealed_zh)) == ("", "", b"")
    assert not ReportDraft.objects.exists()
    assert not documents.verify(line.code).is_held
    assert documents.verify_file(line.code, kept).is_same


def test_a_template_that_no_report_could_follow_is_refused(site: Site) -> None:
    folder = site.definitions / "report_templates"
    folder.mkdir(parents=True)
    said = yaml.safe_load((SHIPPED / "report_templates" / "novelty.yaml").read_text("utf-8"))
    for change, message in (
        ({"number": "12"}, "Write a few Latin letters"),
        ({"parts": []}, "a name of its own"),
        ({"parts": [{"id": "a", "type": "table", "title": {"zh": "甲", "en": "A"}}]}, "columns"),
        ({"colour": "red"}, "colour"),
    ):
        path = folder / "novelty.yaml"
        path.write_text(yaml.safe_dump(said | change, allow_unicode=True), "utf-8")
        report_templates.cache_clear()
        with pytest.raises(DefinitionError) as refused:
            report_templates(site)
        assert message in f"{refused.value} {refused.value.fix}"
