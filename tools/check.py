"""`./shuren test`: every check and every test, the quick ones first.

Without arguments everything runs. With arguments (`./shuren test -k quarantine`,
`./shuren test tests/data`) only pytest does, and gets them. With CI=true a run fails
when no test ran, or when a browser, Spark or PostgreSQL test was left out.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tools.junit import Counts, read_junit
from tools.postgres import PostgresUnavailable, running_postgres

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable

NOTHING_COLLECTED = 5
# Browsers and clusters have a run of their own.
NEITHER = "not browser and not spark"

# Options of pytest whose next argument is a word of their own.
WITH_A_WORD = ("-k", "-m", "-n", "-p", "-o", "-W", "--maxfail", "--durations", "--tb")

# Modules, not scripts: a script knows the folder it was installed in, and a checkout may move.
LINTERS = {
    "ruff check": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "import contracts": [
        PYTHON,
        "-c",
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())",
    ],
    "mypy": [PYTHON, "-m", "mypy"],
}


@dataclass
class Report:
    """What ran, what came of it, and what did not run and why."""

    lines: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    left_out: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, name: str, ok: bool, seconds: float, detail: str = "") -> None:
        line = f"{'ok  ' if ok else 'FAIL'}  {name:<22} {seconds:6.1f} s  {detail}".rstrip()
        self.lines.append(line)
        print(line, flush=True)
        if not ok:
            self.faults.append(name)


def main(arguments: list[str]) -> int:
    report = Report()
    strict = os.environ.get("CI", "").lower() in ("1", "true")
    with tempfile.TemporaryDirectory(prefix="shuren-check-") as folder:
        work = Path(folder)
        if arguments:
            run_pytest(report, "tests", [*_from_here(arguments)], work, {})
        else:
            run_linters(report, work)
            run_pytest(report, "tests", [*_workers(), "-m", NEITHER], work, {})
            run_on_spark(report, work, strict)
            run_on_postgres(report, work, strict)
            run_in_browser(report, work, strict)
    return finish(report)


def run_linters(report: Report, work: Path) -> None:
    # mypy's Django plugin imports the settings, and they need a site.
    site = work / "site"
    site.mkdir()
    (site / "shuren.toml").touch()
    environment = _environment({"SHUREN_SITE": str(site)})
    for name, command in LINTERS.items():
        started = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            print(done.stdout + done.stderr, flush=True)
        report.add(name, done.returncode == 0, time.monotonic() - started)


def run_on_spark(report: Report, work: Path, strict: bool) -> None:
    """Alone: a cluster is five processes that want the machine."""
    name = "tests on Spark"
    counts = run_pytest(report, name, ["-m", "spark"], work, {})
    _demand_all(report, name, counts, strict)


def run_on_postgres(report: Report, work: Path, strict: bool) -> None:
    name = "tests on PostgreSQL"
    started = time.monotonic()
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_postgres())
        except PostgresUnavailable as reason:
            report.left_out.append(f"{name}: {reason}")
            if strict:
                report.add(name, False, time.monotonic() - started, "left out")
            return
        counts = run_pytest(
            report, name, [*_workers(), "-m", NEITHER], work, {"TEST_DATABASE_URL": url}
        )
    _demand_all(report, name, counts, strict)


def run_in_browser(report: Report, work: Path, strict: bool) -> None:
    name = "tests in the browser"
    counts = run_pytest(report, name, ["-m", "browser"], work, {})
    _demand_all(report, name, counts, strict)


def _demand_all(report: Report, name: str, counts: Counts, strict: bool) -> None:
    """Where everything is installed, a test that is left out is a fault."""
    if not strict:
        return
    if counts.passed + counts.failed == 0:
        report.add(f"{name}: none ran", False, 0.0)
    elif counts.skipped:
        report.add(f"{name}: {counts.skipped} skipped", False, 0.0)


def run_pytest(
    report: Report, name: str, arguments: list[str], work: Path, extra: Mapping[str, str]
) -> Counts:
    print(f"      {name} …", flush=True)
    junit = work / f"{name.replace(' ', '-')}.xml"
    command = [PYTHON, "-m", "pytest", "-q", "--no-header", f"--junit-xml={junit}", *arguments]
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=_environment(extra), check=False).returncode
    counts = read_junit(junit)
    ok = code in (0, NOTHING_COLLECTED) and counts.failed == 0
    report.add(name, ok, time.monotonic() - started, str(counts))
    report.counts += counts
    return counts


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The caller's, with the checkout on the path and no site or database of the caller's."""
    kept = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    path = [str(ROOT), *(part for part in [kept.get("PYTHONPATH", "")] if part)]
    return {**kept, "PYTHONPATH": os.pathsep.join(path), "NO_COLOR": "1", **extra}


def _workers() -> list[str]:
    return ["-n", str(min(max(os.cpu_count() or 1, 2), 8)), "--dist", "loadgroup"]


def _from_here(arguments: list[str]) -> list[str]:
    """Paths are the caller's, pytest runs in the checkout."""
    found: list[str] = []
    for before, argument in zip(["", *arguments], arguments, strict=False):
        path, separator, test = argument.partition("::")
        here = Path(path).resolve()
        # In `-k setup` the word is no folder, also where one has that name.
        is_word = argument.startswith("-") or before in WITH_A_WORD
        is_path = not is_word and here.exists() and here.is_relative_to(ROOT)
        found.append(f"{here}{separator}{test}" if is_path else argument)
    return found


def finish(report: Report) -> int:
    """The summary; its last line is for programs."""
    print("\nSummary")
    for line in report.lines:
        print(f"  {line}")
    skipped = [f"{count} × {reason}" for reason, count in report.counts.reasons.most_common()]
    for reason in [*report.left_out, *skipped]:
        print(f"  left out: {reason}")
    nothing_ran = report.counts.passed + report.counts.failed == 0
    if nothing_ran:
        print("  No test ran.")
    print(f"{report.counts}", flush=True)
    return 1 if report.faults or nothing_ran else 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
