"""Finds the browser parts: `{% static "vendor/echarts.min.js" %}`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

from shuren.web.browser_parts import BROWSER_PARTS

WEB = Path(__file__).parent
PREFIX = "vendor/"


class BrowserPartsFinder(BaseFinder):
    """Serves the listed files and no others, from the wheel or from a checkout's node_modules."""

    def __init__(self, *args: Any, wheel: Path | None = None, checkout: Path | None = None) -> None:
        wheel = wheel or WEB / "vendor"
        checkout = checkout or WEB.parents[2] / "node_modules"
        if wheel.is_dir():
            self._files = {PREFIX + name: wheel / name for name in BROWSER_PARTS}
        else:
            self._files = {PREFIX + name: checkout / file for name, file in BROWSER_PARTS.items()}

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [name for name, path in self._files.items() if not path.is_file()]
        if not missing:
            return []
        return [
            Error(
                f"Browser parts are missing: {', '.join(missing)}.",
                hint="Run ./shuren, or `npm ci` in the checkout.",
                id="shuren.web.E001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        file = self._files.get(path)
        if file is None or not file.is_file():
            return [] if find_all else None
        return [str(file)] if find_all else str(file)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for served, file in self._files.items():
            if file.is_file():
                yield served, _OneFile(file, served)


class _OneFile(FileSystemStorage):
    """A storage that knows one file, by the name it is served under."""

    def __init__(self, file: Path, served: str) -> None:
        super().__init__(location=str(file.parent))
        self._file = file
        self._served = served

    def path(self, name: str) -> str:
        if name != self._served:
            raise FileNotFoundError(name)
        return str(self._file)
