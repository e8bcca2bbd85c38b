"""A component that is not on the style guide does not exist."""

from pathlib import Path

import pytest

from shuren.web.portal.specimens import SWATCHES, specimens
from shuren.web.portal.styleguide import inputs_of

WEB = Path(__file__).parents[2] / "src" / "shuren" / "web"
COMPONENTS = sorted(path.stem for path in (WEB / "templates" / "components").glob("*.html"))


def test_every_component_is_on_the_page(client, db):
    assert sorted(specimens()) == COMPONENTS
    page = client.get("/styleguide/").content.decode()
    assert [name for name in COMPONENTS if f'id="{name}"' not in page] == []


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_names_its_inputs_and_shows_a_state(name):
    assert inputs_of(name)
    assert specimens()[name]


def test_every_colour_has_its_value_by_day_and_by_night():
    css = WEB / "static" / "shuren" / "css"
    day, night = (css / "tokens.css").read_text("utf-8"), (css / "dark.css").read_text("utf-8")
    for group in SWATCHES:
        for token in group["tokens"]:
            assert f"--{token}:" in day
            assert f"--{token}:" in night
