"""Dublin Core in: oai_dc XML, JSON and CSV become bibliographic records, the rest is kept aside."""

import json

import pytest

from shuren.data import actions, queries
from shuren.data.internals.dublincore.elements import layout_of
from shuren.data.internals.reading.problems import FileProblem
from tests.data.loading import OPERATOR

pytestmark = pytest.mark.django_db

GOOD = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
    xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:title>红楼梦研究</dc:title><dc:title>A study of the Red Chamber</dc:title>
  <dc:creator>周汝昌</dc:creator><dc:contributor>冯其庸</dc:contributor>
  <dc:date>1976-04</dc:date><dc:identifier>http://hdl.example.org/1/7</dc:identifier>
  <dc:identifier>ISBN 7-5325-1043-3</dc:identifier><dc:language>zh-CN</dc:language>
  <dc:subject>红楼梦</dc:subject><dc:subject>小说研究</dc:subject>
</oai_dc:dc>"""
XML = f"""<?xml version="1.0"?><records>{GOOD}
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Broken & bad</dc:title></oai_dc:dc>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Nobody</dc:creator></oai_dc:dc>
{GOOD.replace("1/7", "1/8").replace("红楼梦研究", "石头记")}</records>"""
JSON = json.dumps(
    [
        {"dc:title": ["红楼梦研究"], "dc:creator": "周汝昌", "dc:date": "1976",
         "dc:identifier": ["http://hdl.example.org/1/7"]},
        "no object",
    ],
    ensure_ascii=False,
)  # fmt: skip
CSV = (
    'dc.title,dc.creator,dc.date.issued,dc.identifier.uri\n红楼梦研究,"周汝昌||冯其庸",1976,'
    "http://hdl.example.org/1/7\n少一列,x\n"
)


def load(site, tmp_path, name, text, encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return actions.load_file(site, "bib_records", path, actor=OPERATOR)


def records(site):
    actions.build(site, actor=OPERATOR)
    found = queries.read(
        site, "conformed.bib_record", purpose="public_information", actor=OPERATOR,
        order_by=["record_id"],
    )  # fmt: skip
    return found.dicts()


def test_elements_become_the_columns_the_mapping_names(site, tmp_path):
    receipt = load(site, tmp_path, "repository.xml", XML)
    assert (receipt.mapping, receipt.records, receipt.accepted) == ("dublin-core", 4, 2)
    first, second = records(site)
    assert first["title"] == "红楼梦研究"
    assert first["title_variants"] == "A study of the Red Chamber"
    assert first["authors"] == "周汝昌 ‖ 冯其庸"
    assert (first["published"], first["published_year"]) == ("1976-04", 1976)
    assert (first["language"], first["keywords"]) == ("chi", "红楼梦 ‖ 小说研究")
    assert first["url"] == first["record_id"] == "http://hdl.example.org/1/7"
    assert second["title"] == "石头记"


def test_what_cannot_be_read_is_kept_aside_with_its_bytes(site, tmp_path):
    receipt = load(site, tmp_path, "repository.xml", XML)
    rows = queries.refused_rows(site, receipt.id, actor=OPERATOR, with_raw=True)
    assert [row.rule for row in rows] == ["S12", "R01"]
    assert b"Broken & bad" in rows[0].raw
    mended = rows[0].raw.decode().replace("&", "&amp;")
    again = actions.replay(site, receipt.id, actor=OPERATOR, corrections={rows[0].row: mended})
    assert again.accepted == 1
    assert "Broken & bad" in {one["title"] for one in records(site)}


@pytest.mark.parametrize("name, text", [("a.json", JSON), ("a.csv", CSV)], ids=["JSON", "CSV"])
def test_json_and_csv_say_the_same(site, tmp_path, name, text):
    receipt = load(site, tmp_path, name, text)
    assert (receipt.accepted, receipt.refused) == (1, 1)
    (one,) = records(site)
    assert (one["title"], one["published_year"]) == ("红楼梦研究", 1976)
    assert one["authors"].split(" ‖ ")[0] == "周汝昌"


def test_a_table_in_the_encoding_of_chinese_systems_is_read(site, tmp_path):
    assert load(site, tmp_path, "a.csv", CSV, "gb18030").accepted == 1


def test_a_later_record_of_the_same_identifier_takes_its_place(site, tmp_path):
    load(site, tmp_path, "a.xml", f"<r>{GOOD}</r>")
    load(site, tmp_path, "b.xml", f"<r>{GOOD.replace('红楼梦研究', '红楼梦新证')}</r>")
    assert [one["title"] for one in records(site)] == ["红楼梦新证"]


@pytest.mark.parametrize(
    "start", ["title,creator\n", "<html/>", '{"title": 1}', "", "<OAI-PMH/>"], ids=str
)
def test_what_is_no_dublin_core_is_left_to_other_sources(start):
    assert layout_of(start.encode()) == ""


def test_an_empty_file_is_refused_with_a_sentence(site, tmp_path):
    path = tmp_path / "a.xml"
    path.write_text("")
    with pytest.raises(FileProblem):
        actions.load_file(site, "bib_records", path, actor=OPERATOR, mapping_id="dublin-core")


def test_real_records_of_repositories_are_read(shared_data, site, tmp_path):
    """Those of oai-pmh, each dc element taken out of its page."""
    import re

    bodies = []
    for path in sorted(shared_data("oai-pmh").rglob("*.xml")):
        text = path.read_text("utf-8", "replace")
        bodies += re.findall(r"<oai_dc:dc[\s>].*?</oai_dc:dc>", text, re.S)
    assert len(bodies) > 100
    declared = (
        'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    receipt = load(site, tmp_path, "all.xml", f"<records {declared}>{''.join(bodies)}</records>")
    assert receipt.records == len(bodies)
    assert receipt.accepted + receipt.refused == receipt.records
    # Three have no title, one is broken XML, the others stand word for word in several pages.
    others = receipt.refused - receipt.rules.get("R06", 0)
    assert (receipt.rules["R01"], receipt.rules["S12"], others) == (3, 1, 4)
