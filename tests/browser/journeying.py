"""What every journey does on its way: looks at the page it came to."""

import os
from pathlib import Path

from tests.browser.pages import Visit

# Where pictures of the pages go, for whoever wants to look at them; nowhere as a rule.
PICTURES = os.environ.get("PICTURES_OF_PAGES", "")


def look(visit: Visit, axe_script: str, name: str) -> None:
    """The page fits, is accessible, says nothing in the console and asks no other machine."""
    if PICTURES:
        width = visit.page.viewport_size["width"]
        visit.page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)
    assert visit.overflow <= 0, f"{visit.page.url} is {visit.overflow} px too wide"
    assert visit.violations(axe_script) == [], visit.page.url
    assert visit.said == [], visit.page.url
    assert visit.outside == [], visit.page.url
