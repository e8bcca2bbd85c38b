"""The list of sensitive topics: what is on it, and that no label of a person may come from it."""

import pytest

from shuren.kernel.errors import DefinitionError
from shuren.trust import topics
from shuren.trust.definitions import purposes

SENSITIVE = {
    "B949.2": {"religion"},
    "B84-05": {"psychology"},
    "R395.6": {"health", "psychology"},
    "R711": {"health", "sexuality_family"},
    "D64": {"politics"},
    "D815/3": {"politics"},
    "A841": {"politics"},
    "D914.04": {"law_and_crime"},
    "D923.904": {"law_and_crime"},
    "C913.14/5": {"sexuality_family"},
    "C913.8": {"social_hardship"},
    "K281.2": {"ethnicity"},
    " b97 ": {"religion"},
}
PLAIN = ("I247.5", "TP311", "B0", "B5", "B82", "D90", "D913", "D923.6", "C91", "F0", "B", "D")


@pytest.mark.parametrize("number, found", SENSITIVE.items(), ids=list(SENSITIVE))
def test_a_class_number_falls_under_its_topics_and_gives_no_label(number, found):
    assert {topic.id for topic in topics.topics_of(number)} == found
    assert not topics.may_label(number)


@pytest.mark.parametrize("number", PLAIN)
def test_other_classes_may_be_said_of_a_person(number):
    assert topics.may_label(number)


def test_labels_of_a_reader_who_borrowed_religion_and_medicine_name_neither():
    borrowed = ["B94", "I24", "R5", "TP31", "R", ""]
    assert topics.labelled(borrowed) == ["I24", "TP31"]


def test_only_a_look_at_ones_own_rows_opens_class_four():
    opening = {id for id, one in purposes(None).items() if one.highest_class == topics.SENSITIVE}
    assert opening == {"own_records", "reading_history", "behaviour_tracking", "search_alerts"}
    assert all(purposes(None)[id].own_rows_only for id in opening)
    assert purposes(None)["own_records"].own_rows_only


@pytest.mark.parametrize(
    "classes, says",
    [("[九]", "no class number"), ("['B9; DROP']", "no class number"), ("[D3x/y]", "no class")],
)
def test_what_is_no_class_number_is_refused_by_file_and_number(site, classes, says):
    folder = site.definitions / topics.FOLDER
    folder.mkdir(parents=True)
    text = f"id: mine\ntitle: {{zh: 甲, en: a}}\nwhy: {{zh: 甲, en: a}}\nclasses: {classes}\n"
    (folder / "mine.yaml").write_text(text, "utf-8")
    with pytest.raises(DefinitionError, match=says):
        topics.topics(site)


def test_a_library_switches_a_topic_off_by_an_empty_list(site):
    folder = site.definitions / topics.FOLDER
    folder.mkdir(parents=True)
    text = "id: ethnicity\ntitle: {zh: 民族, en: e}\nwhy: {zh: 甲, en: a}\nclasses: []\n"
    (folder / "ethnicity.yaml").write_text(text, "utf-8")
    assert topics.may_label("K281", site)
    assert not topics.may_label("B9", site)
