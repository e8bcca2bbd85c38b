"""Where Spark reads and writes during a build: a folder its workers share with us, or a store."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuren.kernel.site import Site

_GLOB = re.compile(r"([\\*?\[\]{}])")


@dataclass(frozen=True)
class Work:
    """Files of one build.

    folder  ours
    store   address below which Spark writes and finds what we bring; "" if it uses `folder`
    """

    spark: Any
    folder: Path
    store: str = ""

    def place(self, name: str) -> str:
        """The folder Spark writes a table into."""
        return f"{self.store}/{name}" if self.store else str(self.folder / name)

    def readable(self, place: str) -> str:
        """The same for reading, where Spark would take some letters for wild cards."""
        return _GLOB.sub(r"\\\1", place)

    def bring(self, path: Path, name: str) -> str:
        """A file of ours where Spark can read it."""
        if not self.store:
            return str(path)
        place = f"{self.store}/brought/{name}.parquet"
        system, made = self._system(place)
        system.copyFromLocalFile(False, True, self._path(f"file://{path}"), made)
        return place

    def fetch(self, name: str) -> list[Path]:
        """The files Spark wrote of a table, where we can read them."""
        if self.store and not (self.folder / name).exists():
            system, made = self._system(self.place(name))
            target = self._path(f"file://{self.folder / name}")
            system.copyToLocalFile(False, made, target, True)
        return sorted((self.folder / name).glob("*.parquet"))

    def clear(self) -> None:
        """Nothing of the build stays in the store."""
        if self.store:
            system, made = self._system(self.store)
            system.delete(made, True)

    def _system(self, place: str) -> tuple[Any, Any]:
        """Hadoop's view of a store and of a place in it."""
        path = self._path(place)
        return path.getFileSystem(self.spark.sparkContext._jsc.hadoopConfiguration()), path

    def _path(self, place: str) -> Any:
        return self.spark.sparkContext._jvm.org.apache.hadoop.fs.Path(place)


@contextmanager
def open_work(spark: Any, site: Site, folder: Path, store: str) -> Iterator[Work]:
    """A place for one build; in a store, what a killed build of this site left goes first."""
    folder.mkdir(parents=True, exist_ok=True)
    own = hashlib.sha256(str(site.root).encode()).hexdigest()[:12]
    work = Work(spark, folder, f"{store.rstrip('/')}/shuren-{own}" if store else "")
    work.clear()
    try:
        yield work
    finally:
        work.clear()
