"""What runs the models of a build. Ours is the embedded one; others take their place by name."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Protocol

from shuren.data.errors import UnknownName
from shuren.data.internals import embedded
from shuren.data.internals.spark import engine as spark_engine
from shuren.data.shapes import Model, Receipt
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site


class Engine(Protocol):
    """Lives for one build. What a model reads has been given to it before it runs."""

    def source(self, name: str) -> None:
        """Make `raw.<contract>`, `calendar.<name>` or `vocabulary.<name>` readable by that name.

        Called once for each. `sources` knows the files, columns and small tables.
        raises  ModelError if a raw table has no contract
        """

    def table(self, name: str, path: Path) -> None:
        """Make a table of the lake readable by its name from the Parquet file it lies in.

        Called once for each, whether this build made the file or took it over.
        """

    def make(self, model: Model, path: Path) -> int:
        """Run a model into one new Parquet file; returns its rows.

        The columns are the declared ones in the declared order, each cast to its type; rows
        are in the order of `declared.order`; the key is unique and never empty.
        raises  BuildFailed naming the model and what is wrong with it
        """


# site, a folder for working files (removed after the build), loads oldest first → the engine
Opener = Callable[[Site, Path, Sequence[Receipt]], AbstractContextManager[Engine]]
ENGINES: dict[str, Opener] = {"duckdb": embedded.open_engine, "spark": spark_engine.open_engine}


def opener(name: str) -> Opener:
    """By name; `spark@spark://host:7077` is Spark with that master.

    raises  UnknownName with a suggestion
    """
    kind, _at, master = name.partition("@")
    if kind == "spark" and master:
        return partial(spark_engine.open_engine, master=master)
    if name not in ENGINES:
        raise UnknownName(_("engine"), name, list(ENGINES))
    return ENGINES[name]
