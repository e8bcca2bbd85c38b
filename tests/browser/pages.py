"""Looking at a page as a person would meet it: a size, a theme, a language; and what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PHONE, SMALLEST, DESKTOP = (390, 844), (360, 740), (1280, 900)
BAD_IMPACTS = ("serious", "critical")


@dataclass
class Visit:
    """One opened page, what it said in the console and which other machines it asked."""

    page: Any
    origin: str
    said: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path, wait_until="networkidle")

    @property
    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    def violations(self, axe_script: str) -> list[str]:
        """Serious and critical findings of axe-core, one line each."""
        self.page.evaluate(axe_script)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'][:300]})"
            for rule in found["violations"]
            if rule["impact"] in BAD_IMPACTS
            for node in rule["nodes"]
        ]


@contextmanager
def visiting(
    browser: Any,
    origin: str,
    *,
    size: tuple[int, int] = DESKTOP,
    theme: str = "light",
    language: str = "zh-hans",
    session: str = "",
    javascript: bool = True,
) -> Iterator[Visit]:
    """A fresh browser window on the site at `origin`; `session` signs in, theme is the system's."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        java_script_enabled=javascript,
        locale="zh-CN",
    )
    cookies = {"shuren_language": language} | ({"shuren_session": session} if session else {})
    context.add_cookies([{"name": n, "value": v, "url": origin} for n, v in cookies.items()])
    page = context.new_page()
    page.set_default_timeout(90_000)  # the first page of a process, on a machine that is very busy
    visit = Visit(page, origin)
    page.on("console", lambda m: visit.said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: visit.said.append(str(error)))
    host = urlsplit(origin).netloc
    page.on(
        "request",
        lambda request: (
            visit.outside.append(request.url)
            if urlsplit(request.url).scheme != "data" and urlsplit(request.url).netloc != host
            else None
        ),
    )
    yield visit
    context.close()
