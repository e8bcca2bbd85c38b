"""Pictures of every page, to be looked at: python -m tools.screenshots --url http://127.0.0.1:8000

Phone and desktop, light and dark, as somebody who is not signed in and, with --as, as the
demo account of a role. Needs Chromium and the packages of requirements/test.txt.
"""

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

PORTAL = {
    "home": "/",
    "find": "/find/?q=红楼梦",
    "find-nothing": "/find/?q=zzzz",
    "spaces": "/spaces/",
    "privacy": "/privacy/",
    "sign-in": "/sign-in/",
    "styleguide": "/styleguide/",
    "not-found": "/no-such-page/",
    "datasets": "/datasets/",
    "dataset": "/datasets/loans_by_class/",
}
EVERYBODY = {
    "resolve": "/resolve/",
    "resolve-article": "/resolve/?sid=demo&genre=article&title=Nature&issn=0028-0836&date=2020",
    "api-docs": "/api/v1/docs",
}
READER = {
    "my": "/my/",
    "my-past": "/my/?show=past",
    "my-privacy": "/my/privacy/",
    "my-interests": "/my/interests/",
    "my-searches": "/my/searches/",
    "my-inbox": "/my/inbox/",
    "my-messages": "/my/messages/",
}
STAFF = {
    "workbench": "/workbench/",
    "sources": "/workbench/sources/",
    "quarantine": "/workbench/quarantine/",
    "contracts": "/workbench/contracts/",
    "contract-loans": "/workbench/contracts/loans/",
    "circulation": "/workbench/insight/circulation/",
    "collections": "/workbench/insight/collections/",
    "space": "/workbench/insight/space/",
    "e-resources": "/workbench/insight/e-resources/",
    "services": "/workbench/insight/services/",
    "figure": "/workbench/insight/figures/top_titles_monthly/",
    "indicators": "/workbench/insight/indicators/",
    "indicator": "/workbench/insight/indicators/visits_per_capita/",
    "reports": "/workbench/reports/",
    "report": "/workbench/reports/2026-10/",
    "decisions": "/workbench/decisions/",
    "decision-new": "/workbench/decisions/new/?indicator=visits_per_capita",
    "quality": "/workbench/quality/",
    "quality-loans": "/workbench/quality/loans/",
    "tasks": "/workbench/tasks/",
    "exports": "/workbench/exports/",
    "roles": "/workbench/roles/",
    "desk": "/workbench/desk/",
    "break-glass": "/workbench/break-glass/",
    "break-glass-reviews": "/workbench/break-glass/reviews/",
    "tasks-closed": "/workbench/tasks/?state=closed",
    "coverage": "/workbench/coverage/",
    "catalogue": "/workbench/catalogue/",
    "table": "/workbench/catalogue/mart.visit_hour/",
    "knowledge": "/workbench/knowledge/",
    "knowledge-found": "/workbench/knowledge/?q=续借",
    "knowledge-entry": "/workbench/knowledge/K001/",
    "lineage": "/workbench/lineage/",
    "lineage-table": "/workbench/lineage/?node=mart.visit_hour",
    "impact": "/workbench/lineage/impact/?owner=loans&field=title",
    "rows-behind": "/workbench/lineage/figures/visits_by_month/",
    "governance": "/workbench/governance/",
    "suggestions": "/workbench/suggestions/",
    "suggestions-readers": "/workbench/suggestions/?kind=readers",
    "model": "/workbench/models/readers/",
    "content": "/workbench/content/",
    "content-search": "/workbench/content/?q=图书馆",
    "records": "/workbench/records/",
    "datasets-staff": "/workbench/datasets/",
    "dataset-staff": "/workbench/datasets/loans_by_class/",
    "keys": "/workbench/keys/",
    "ledger": "/workbench/ledger/",
}
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--as", dest="role", default="", help="role of a demo account")
    parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")
    parser.add_argument("--only", default="", help="names of pages, separated by commas")
    parser.add_argument("--theme", choices=["light", "dark", "both"], default="both")
    choice = parser.parse_args()
    choice.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox"], headless=True
        )
        for theme in ["light", "dark"] if choice.theme == "both" else [choice.theme]:
            for width, size in WIDTHS.items():
                take_all(chromium, choice, theme, width, size)
        chromium.close()


def find_chromium() -> str | None:
    named = os.environ.get("SHUREN_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


def take_all(
    browser: Browser, choice: argparse.Namespace, theme: str, width: str, size: tuple[int, int]
) -> None:
    scheme: Any = theme
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale="zh-CN"
    )
    context.add_cookies([{"name": "shuren_language", "value": choice.language, "url": choice.url}])
    page = context.new_page()
    pages = PORTAL | EVERYBODY
    if choice.role:
        sign_in(page, choice.url, choice.role)
        pages = STAFF | found_pages(page, choice.url) if "/workbench/" in page.url else READER
    wanted = set(filter(None, choice.only.split(",")))
    for name, path in pages.items():
        if wanted and name not in wanted:
            continue
        page.goto(choice.url + path, wait_until="networkidle")
        role = f"{choice.role}-" if choice.role else ""
        language = "" if choice.language == "zh-hans" else "-en"
        target = choice.out / f"{role}{name}-{width}-{theme}{language}.png"
        page.screenshot(path=target, full_page=True)
        print(target)
    context.close()


def sign_in(page: Page, url: str, role: str) -> None:
    """With the demo account whose name or role is `role`: its button on the sign-in page."""
    page.goto(url + "/sign-in/")
    page.locator(f"form:has(input[name=username][value='{role}']) button").click()
    page.wait_for_load_state()


def found_pages(page: Page, url: str) -> dict[str, str]:
    """Pages whose address holds an id: the first of each that the workbench links to."""
    found = {}
    for name, start, prefix in [
        ("load", "/workbench/sources/", "/workbench/loads/"),
        ("quarantine-load", "/workbench/quarantine/", "/workbench/quarantine/"),
    ]:
        page.goto(url + start)
        links = page.locator(f"main a[href^='{prefix}']").all()
        paths = [link.get_attribute("href") or "" for link in links]
        path = next((one for one in paths if one.rstrip("/") != start.rstrip("/")), "")
        if path:
            found[name] = path
    return found


if __name__ == "__main__":
    main()
