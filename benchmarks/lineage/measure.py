"""Measures the lineage page: python benchmarks/lineage/measure.py [--models 250] [--columns 20]"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from statistics import median
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
LAYERS, TURNS = 10, 9
EMPTY, HOST = "/empty", "[data-lineage-host]"
PAGES = (("tables", "/workbench/lineage/"), ("columns", "/workbench/lineage/?all=1"))
NEW_PROCESS = """
import time
import django
django.setup()
from django.conf import settings
from shuren.kernel.shapes import Actor
from shuren.web.lineage import lineage
clocks = time.perf_counter(), time.process_time()
lineage(settings.SITE, actor=Actor("cli:bench", "administrator"))
print(f"{time.perf_counter() - clocks[0]:.2f} s ({time.process_time() - clocks[1]:.2f} s CPU)")
"""
FRONT = """/*
id: {id}
title: {{zh: {id}, en: {id}}}
description: {{zh: {id}, en: {id}}}
grain: {{zh: 一行, en: a row}}
data_class: operations
value: {{zh: 测量, en: measuring}}
key: [c0]
columns:
{columns}
*/
WITH joined AS (
  SELECT {picked}
  FROM {first} AS a
  INNER JOIN {second} AS b ON a.{join} = b.{join}
  WHERE a.{join} <> ''
)

SELECT {made}
FROM joined
"""


def write_models(folder: Path, models: int, columns: int) -> None:
    names = [f"c{number}" for number in range(columns)]
    per_layer = max(1, models // LAYERS)
    for number in range(models):
        base = number < per_layer
        if base:
            first = second = "conformed.title"
            source, join = ["title", "author", "publisher", "isbn", "language"], "title_id"
        else:
            below = (number // per_layer - 1) * per_layer
            first = f"mart.syn_{below + number % per_layer}"
            second = f"mart.syn_{below + (number + 1) % per_layer}"
            source, join = names, "c0"
        part = [f"{'ab'[at % 2]}.{source[at % len(source)]} AS p{at}" for at in range(columns)]
        made = [
            f"CASE WHEN p{(at + 1) % columns} <> '' THEN p{at} END AS {name}"
            for at, name in enumerate(names)
        ]
        lines = "\n".join(
            f"  {name}: {{type: VARCHAR, class: 2, title: {{zh: 列 {name}, en: {name}}}}}"
            for name in names
        )
        text = FRONT.format(
            id=f"syn_{number}", columns=lines, picked=", ".join(part), made=", ".join(made),
            first=first, second=second, join=join,
        )  # fmt: skip
        (folder / f"syn_{number}.sql").write_text(text, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=250)
    parser.add_argument("--columns", type=int, default=20)
    wanted = parser.parse_args()
    from tests.early import make_site

    root = make_site(Path(tempfile.mkdtemp()) / "site")
    for key, value in {
        "SHUREN_SITE": str(root),
        "DJANGO_SETTINGS_MODULE": "shuren.settings",
    }.items():
        os.environ[key] = value
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    measure("demo's definitions")
    folder = Path(root) / "definitions" / "models" / "mart"
    folder.mkdir(parents=True)
    write_models(folder, wanted.models, wanted.columns)
    measure(f"{wanted.models * wanted.columns:,} columns more")


def measure(label: str) -> None:
    from django.conf import settings
    from django.test import Client

    from shuren.kernel.shapes import Actor
    from shuren.trust.actions import create_account
    from shuren.trust.models import Account
    from shuren.web.lineage import lineage

    actor = Actor("cli:bench", "administrator")
    first, kept = (in_new_process() for _turn in range(2))
    graph = lineage(settings.SITE, actor=actor)
    begun = time.perf_counter()
    lineage(settings.SITE, actor=actor)
    warm = time.perf_counter() - begun
    print(
        f"{label}: {len(graph.nodes):,} nodes, {len(graph.edges):,} edges, {len(graph.gaps)} gaps"
    )
    print(f"  graph in a new process: definitions changed {first}; unchanged {kept}")
    print(f"  graph in the same process: {warm * 1000:.1f} ms")
    if not Account.objects.filter(username="bench").exists():
        create_account("bench", "a long enough phrase", "administrator")
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(Account.objects.get(username="bench"))
    columns = "/workbench/lineage/columns.json"
    for name, address in (*PAGES, ("columns for the picture", columns)):
        client.get(address)
        begun = time.perf_counter()
        answer = client.get(address)
        seconds = time.perf_counter() - begun
        print(f"  page with {name}: {seconds:.2f} s, {len(answer.content) / 1e6:.2f} MB")
    in_browser(client.cookies[settings.SESSION_COOKIE_NAME].value)


def in_new_process() -> str:
    """Seconds to the graph, after the imports."""
    made = subprocess.run(
        [sys.executable, "-c", NEW_PROCESS], capture_output=True, text=True, check=True
    )
    return made.stdout.strip()


class Threads(ThreadingMixIn, WSGIServer):
    """A browser asks for a page's files side by side."""

    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def application() -> Callable[..., Any]:
    """The pages, and one empty one to compare them with."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.handlers.wsgi import WSGIHandler

    pages = StaticFilesHandler(WSGIHandler())

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] != EMPTY:
            return pages(environ, start)
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [b"<!DOCTYPE html><html lang=en><title>Empty</title><p>Empty."]

    return answer


def in_browser(session: str) -> None:
    from django.conf import settings
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM_FLAGS, find_chromium

    server = make_server("127.0.0.1", 0, application(), server_class=Threads, handler_class=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS), headless=True
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}
        context.add_cookies([cookie])
        found: dict[str, list[Opened]] = {}
        for _turn in range(TURNS):  # in turn, so that what else the machine does meets all alike
            for name, address in (("empty page", EMPTY), *PAGES):
                found.setdefault(name, []).append(opened(browser, context, url + address))
        for name, turns in found.items():
            print(f"  in Chromium, {name}: {summary(turns)}")
        browser.close()
    server.shutdown()


@dataclass(frozen=True)
class Opened:
    """One opening, in seconds: until the picture stood (of the empty page: was painted), of it
    until the first byte came; CPU of the page's process, of it script, style and layout."""

    wall: float
    first_byte: float
    cpu: float
    script: float
    layout: float


PAINTED = """() => new Promise((done) => {
  const said = new MessageChannel();
  said.port1.onmessage = () => done(performance.now());
  requestAnimationFrame(() => said.port2.postMessage(0));
})"""


def opened(browser: Any, context: Any, address: str) -> Opened:
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = renderers(browser)
    page.goto(address, wait_until="commit")
    if address.endswith(EMPTY):
        drawn = page.evaluate(PAINTED)
    else:
        page.wait_for_selector(f"{HOST}[data-drawn]", timeout=60_000)
        if "all=1" in address:
            page.wait_for_selector(f"{HOST}[data-columns]", timeout=60_000)
        drawn = int(page.get_attribute(HOST, "data-drawn") or 0)
    page.wait_for_load_state("load")
    cpu = renderers(browser) - before
    measured = devtools.send("Performance.getMetrics")["metrics"]
    spent = {one["name"]: one["value"] for one in measured}
    byte = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
    page.close()
    layout = spent["LayoutDuration"] + spent["RecalcStyleDuration"]
    return Opened(drawn / 1000, byte / 1000, cpu, spent["ScriptDuration"], layout)


def renderers(browser: Any) -> float:
    """CPU seconds that all page processes have used so far."""
    session = browser.new_browser_cdp_session()
    known = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(one["cpuTime"] for one in known if one["type"] == "renderer"))


def summary(turns: list[Opened]) -> str:
    def middle(name: str) -> float:
        return median(getattr(turn, name) for turn in turns)

    walls = sorted(turn.wall for turn in turns)
    return (
        f"median {middle('wall'):.2f} s ({walls[0]:.2f} to {walls[-1]:.2f}) after it was asked for,"
        f" first byte {middle('first_byte'):.2f} s; CPU of the page {middle('cpu'):.2f} s,"
        f" of it script {middle('script'):.3f} s, style and layout {middle('layout'):.3f} s"
    )


if __name__ == "__main__":
    main()
