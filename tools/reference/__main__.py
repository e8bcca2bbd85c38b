"""The pages of docs/reference: python -m tools.reference [--check]

Made from the code and the definitions. --check changes nothing and exits 1, naming the pages
that no longer say what the code does.
"""

import argparse
import sys
from pathlib import Path

from tools.reference.commands import commands_page
from tools.reference.definitions import definitions_page
from tools.reference.permissions import permissions_page
from tools.reference.rules import rules_page
from tools.reference.settings import settings_page

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGES = {
    "commands": commands_page,
    "definitions": definitions_page,
    "permissions": permissions_page,
    "rules": rules_page,
    "settings": settings_page,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if stale")
    choice = parser.parse_args()
    stale = stale_pages()
    for name in stale:
        print(f"stale: docs/reference/{name}.md" if choice.check else f"docs/reference/{name}.md")
        if not choice.check:
            (FOLDER / f"{name}.md").write_text(PAGES[name](), "utf-8")
    return 1 if stale and choice.check else 0


def stale_pages() -> list[str]:
    """Names of pages that are missing or differ from what would be written now."""
    return [
        name
        for name, page in PAGES.items()
        if not (path := FOLDER / f"{name}.md").is_file() or path.read_text("utf-8") != page()
    ]


if __name__ == "__main__":
    sys.exit(main())
