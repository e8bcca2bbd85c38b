"""Which contract a file fits, and which column is which: planted exports with other names."""

import csv
import io
import random

import pytest

from shuren.campus.actions import write_campus
from shuren.data.actions import dry_run, load_file, save_connector, save_mapping
from shuren.data.definitions import contracts, mapping_for, mapping_yaml, mappings
from shuren.data.errors import AlreadyThere, BadId, PasswordInside
from shuren.data.internals.mapping_files import read_mapping
from shuren.data.internals.masking import MASK
from shuren.data.internals.suggesting.dates import best_formats
from shuren.data.queries import preview, suggest_mapping
from shuren.data.shapes import ColumnSource, Mapping
from shuren.kernel.definitions import DefinitionFile
from tests.data.loading import OPERATOR, write

# The demo's exports under names that no contract knows.
RENAMED = {
    "loans": ("loans-2024-2025.csv", ",", {
        "流水号": "借书记录编号", "读者证号": "借阅者证件", "条码号": "册条形码",
        "题名": "图书题名",
        "索书号": "架位索书号", "借出时间": "借走时间", "应还日期": "最迟应还",
        "归还日期": "归还时刻", "续借次数": "续了几次", "校区": "所属校区",
    }),
    "readers": ("readers-cards.csv", ",", {
        "证件号": "持证人证件号", "姓名": "读者姓名", "性别": "男女", "读者类型": "身份类型",
        "单位": "所在学院", "专业": "所学专业", "年级": "入学年", "校区": "所在校区",
        "手机": "联系手机", "状态": "证件状态", "有效期": "有效期至",
    }),
    "items": ("items-ils.txt", "|", {
        "条码号": "册条码号码", "题名": "书的题名", "题名拼音": "拼音题名", "责任者": "著作者",
        "出版社": "出版机构", "出版年": "出版年代", "ISBN": "国际标准书号码", "语种": "语言代码",
        "索书号": "书架索书号", "分类号": "中图分类", "馆藏地": "收藏地点", "校区": "所在校区",
        "价格": "单价（元）", "状态": "馆藏现状", "入藏日期": "入藏时间",
    }),
    "interlibrary_requests": ("interlibrary.csv", ",", {
        "申请号": "申请单编号", "读者证号": "申请人证号", "业务方向": "方向", "形式": "文献形式",
        "申请时间": "提出申请时间", "完成时间": "办完时间", "处理结果": "结果如何",
    }),
}  # fmt: skip


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    write_campus(folder, scale=0.05)
    return folder


def planted(exports, folder, contract, names):
    """The first rows under other names, columns shuffled; {field: its column} of those columns
    that say anything. names  {name: new name} or None for names without meaning."""
    file, delimiter, _renamed = RENAMED[contract]
    text = (exports / file).read_bytes().decode("gb18030", "replace")
    lines = [line.split(delimiter) for line in text.splitlines()[:700] if '"' not in line]
    rows = [line for line in lines if len(line) == len(lines[0])]
    new = [names[n] if names else f"F{chr(65 + k)}" for k, n in enumerate(rows[0])]
    order = list(range(len(new)))
    random.Random(len(contract)).shuffle(order)
    out = io.StringIO()
    csv.writer(out).writerows([[row[k] for k in order] for row in (new, *rows[1:])])
    path = folder / f"{contract}.csv"
    path.write_bytes(out.getvalue().encode("gb18030"))
    known = {c: f.name for f in contracts(None)[contract].fields for c in (f.name, *f.names)}
    mapped = mapping_for(None, contract, file).columns
    truth = {s.names[0]: field for field, s in mapped.items() if s.names} or known
    says = [k for k in range(len(new)) if any(row[k] not in ("", "NULL") for row in rows[1:])]
    return path, {truth[rows[0][k]]: new[k] for k in says if rows[0][k] in truth}


def guessed(suggestion):
    return {one.field: one.column for one in suggestion.fields if one.column is not None}


@pytest.mark.django_db
def test_renamed_and_shuffled_exports_are_recognised(site, exports, tmp_path):
    right = total = wrong = 0
    for contract, (_file, _delimiter, names) in RENAMED.items():
        path, truth = planted(exports, tmp_path, contract, names)
        best = suggest_mapping(site, path)[0]
        found = guessed(best)
        assert (best.contract, best.missing) == (contract, ())
        total += len(truth)
        right += sum(found.get(field) == column for field, column in truth.items())
        wrong += sum(truth.get(field) != column for field, column in found.items())
        assert best.accepted >= 0.95
        assert dry_run(site, contract, path, best.mapping, actor=OPERATOR).accepted > 100
    assert total >= 40
    assert right / total >= 0.95, (right, total)
    assert wrong / total <= 0.05, (wrong, total)


@pytest.mark.django_db
def test_without_any_names_the_values_tell(site, exports, tmp_path):
    """On a library that has loaded its readers and items: their numbers are known then."""
    for contract, file in (("readers", "readers-cards.csv"), ("items", "items-ils.txt")):
        load_file(site, contract, exports / file, actor=OPERATOR)
    right = total = 0
    for contract in ("loans", "readers", "items"):
        path, truth = planted(exports, tmp_path, contract, None)
        found = guessed(suggest_mapping(site, path)[0])
        total += len(truth)
        right += sum(found.get(field) == column for field, column in truth.items())
    assert right / total >= 0.95, (right, total)


@pytest.mark.django_db
def test_reasons_say_what_was_seen(site):
    rows = "".join(f"r{n % 40},2025/03/{n % 28 + 1:02},书{n}\n" for n in range(100))
    best = suggest_mapping(site, write(site, "读者证号,借书的日子,书名\n" + rows), "loans")[0]
    by_field = {one.field: one for one in best.fields}
    assert by_field["loaned_at"].column == "借书的日子"
    assert any("100" in r and "%Y/%m/%d" in r for r in by_field["loaned_at"].reasons)
    assert best.mapping.columns["loaned_at"].formats == ("%Y/%m/%d",)


@pytest.mark.django_db
def test_unknown_words_that_are_like_codes_get_a_value_table(site):
    rows = "".join(f"{n},{'全日制本科生' if n % 2 else '在职教师'}\n" for n in range(100, 200))
    best = suggest_mapping(site, write(site, "证号,读者类型\n" + rows), "readers")[0]
    assert best.mapping.columns["kind"].values == {"全日制本科生": "student", "在职教师": "faculty"}
    assert best.accepted == 1.0


@pytest.mark.django_db
def test_a_file_without_names_is_mapped_by_number(site):
    rows = "".join(f"2023{n:04},2025-03-{n % 28 + 1:02} 10:00:00,红楼梦{n}\n" for n in range(60))
    best = suggest_mapping(site, write(site, rows), "loans")[0]
    assert not best.mapping.header
    assert guessed(best)["loaned_at"] == 2


@pytest.mark.django_db
def test_marc_is_told_by_its_kind(site, exports):
    best = suggest_mapping(site, exports / "catalogue-cnmarc.iso")[0]
    assert (best.contract, best.accepted > 0.9) == ("bib_records", True)


@pytest.mark.django_db
def test_the_preview_masks_who_could_be_a_person(site):
    text = "编号,联系人,电话,日期\n20230001,王小明,13800000001,2025-03-01\n"
    text += "20230002,李华,13900000002,2025-03-02\n"
    shown = preview(site, write(site, text))
    assert [row[3] for row in shown.rows] == ["2025-03-01", "2025-03-02"]
    assert all(row[0] == MASK and row[2] == MASK for row in shown.rows)
    named = preview(site, write(site, "姓名,书名\n王小明,红楼梦\n"))
    assert named.rows == ((MASK, "红楼梦"),)


def test_dates_are_told_by_trying():
    assert best_formats(["2025/3/1", "2025/12/31"]) == (("%Y/%m/%d",), 1.0)
    assert best_formats(["31/12/2025", "01/02/2025"])[0] == ("%d/%m/%Y",)
    assert best_formats(["12/31/2025", "01/02/2025"])[0] == ("%m/%d/%Y",)
    assert best_formats(["20250301", "20251231"]) == (("%Y%m%d",), 1.0)
    assert best_formats(["SC001", "SC002"]) == ((), 0.0)
    assert best_formats([]) == ((), 0.0)


def test_a_mapping_is_written_as_it_is_read(tmp_path):
    known = contracts(None)
    tricky = Mapping(
        id="tricky",
        contract="loans",
        title={"zh": "借阅: #1", "en": "yes"},
        files=("a*.csv", "b?.txt"),
        encoding="gb18030",
        delimiter="|",
        quote="",
        header=False,
        skip_lines=2,
        short_rows="fill",
        minimum_columns=3,
        columns_expected=4,
        null_values=("", "-", "no"),
        columns={
            "reader_id": ColumnSource(names=(1,)),
            "loaned_at": ColumnSource(names=(2, 3), formats=("%Y/%m/%d", "%d")),
            "title": ColumnSource(names=(4,), extract=r"^(\S+)"),
            "campus": ColumnSource(value="本部"),
            "renewals": ColumnSource(names=(5,), values={"是": "1", "no": "0", "1": "2"}),
        },
    )
    for mapping in (tricky, *mappings(None).values()):
        path = tmp_path / f"{mapping.id}.yaml"
        path.write_text(mapping_yaml(mapping), "utf-8")
        assert read_mapping(DefinitionFile(mapping.id, path, True), known) == mapping


@pytest.mark.django_db
def test_a_saved_mapping_is_never_overwritten_and_never_elsewhere(site):
    mapping = Mapping(id="x", contract="loans", columns={"title": ColumnSource(names=("书",))})
    path = save_mapping(site, "new-loans", mapping, actor=OPERATOR)
    assert path == site.definitions / "mappings" / "new-loans.yaml"
    assert mappings(site)["new-loans"].columns == mapping.columns
    with pytest.raises(AlreadyThere):
        save_mapping(site, "new-loans", mapping, actor=OPERATOR)
    with pytest.raises(AlreadyThere):  # one of ours
        save_mapping(site, "demo-loans", mapping, actor=OPERATOR)
    for id in ("../evil", "a/b", "", ".hidden", "A", "x" * 200, "a\x00b", "书"):
        with pytest.raises(BadId):
            save_mapping(site, id, mapping, actor=OPERATOR)
    assert sorted(p.name for p in path.parent.iterdir()) == ["new-loans.yaml"]


@pytest.mark.django_db
def test_a_connector_never_holds_a_password(site):
    content = {"title": {"zh": "门禁", "en": "Gates"}, "system": "gates", "source": "sql",
               "contract": "gate_events"}  # fmt: skip
    for settings in (
        {"url": "postgresql://u:secret@h/db"},
        {"url": "postgresql://u@h/db", "password": "hunter2"},
        {"url": "postgresql://u@h/db", "api_key": "k"},
    ):
        with pytest.raises(PasswordInside):
            save_connector(site, "gates", {**content, "settings": settings}, actor=OPERATOR)
    settings = {"url": "postgresql://u@h/db", "password": {"secret": "gates"}, "table": "t"}
    path = save_connector(site, "gates", {**content, "settings": settings}, actor=OPERATOR)
    assert "hunter2" not in path.read_text("utf-8")
