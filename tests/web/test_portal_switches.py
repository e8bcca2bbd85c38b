"""Language, and light or dark: they keep the page, and never lead away from the site."""

import pytest


@pytest.mark.parametrize(
    "switch, name, value", [("language", "language", "en"), ("theme", "theme", "dark")]
)
def test_a_switch_keeps_the_page(client, db, switch, name, value):
    answer = client.post(f"/{switch}/", {name: value, "next": "/find/?q=三体"})
    assert answer.status_code == 302
    assert answer.headers["Location"] in ("/find/?q=三体", "/find/?q=%E4%B8%89%E4%BD%93")
    assert answer.cookies[f"shuren_{name}"].value == value


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\elsewhere"],
)
def test_a_switch_never_leads_elsewhere(client, db, target):
    answer = client.post("/language/", {"language": "en", "next": target})
    assert answer.headers["Location"] == "/"


def test_an_unknown_choice_is_not_remembered(client, db):
    assert "shuren_theme" not in client.post("/theme/", {"theme": "pink"}).cookies


def test_a_switch_wants_a_form(client, db):
    assert client.get("/language/").status_code == 405


@pytest.mark.parametrize(
    "theme, media",
    [
        ("auto", 'media="screen and (prefers-color-scheme: dark)"'),
        ("dark", 'media="screen"'),
        ("light", None),
    ],
)
def test_the_theme_is_in_the_page_itself(client, db, theme, media):
    client.cookies["shuren_theme"] = theme
    page = client.get("/privacy/").content.decode()
    assert f'data-theme="{theme}"' in page
    line = next((line for line in page.splitlines() if "dark.css" in line), None)
    assert line is None if media is None else media in line


def test_english_and_chinese_differ_and_chinese_is_first(client, db):
    assert "关于您的数据" in client.get("/privacy/").content.decode()
    client.cookies["shuren_language"] = "en"
    assert "What is kept about you" in client.get("/privacy/").content.decode()
