"""How long `shuren --help` takes, beside an empty Python and one that only imports click."""

import argparse
import importlib.metadata
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "python -c 'import click'": ["-c", "import click"],
    "shuren --help": ["-m", "shuren", "--help"],
}


def measure(arguments: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds (user + system) of one process."""
    before, began = cpu_of_children(), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began, cpu_of_children() - before


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--results", type=Path, default=HERE / "results.json")
    options = parser.parse_args()
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    # Turn by turn, so that a slow moment of the machine falls on all of them.
    for _run in range(options.runs):
        for name, arguments in COMMANDS.items():
            times[name].append(measure(arguments))
    medians = {
        name: {
            "wall": round(statistics.median(wall for wall, _cpu in runs), 3),
            "cpu": round(statistics.median(cpu for _wall, cpu in runs), 3),
        }
        for name, runs in times.items()
    }
    ours = medians["shuren --help"]
    results = {
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "click": importlib.metadata.version("click"),
        },
        "runs": options.runs,
        "median_seconds": medians,
        "times_as_long": {
            name: {kind: round(ours[kind] / seconds[kind], 1) for kind in ("wall", "cpu")}
            for name, seconds in medians.items()
            if seconds is not ours
        },
    }
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    options.results.write_text(text, "utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
