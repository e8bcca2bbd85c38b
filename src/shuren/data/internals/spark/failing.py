"""What Spark says when it cannot, as our sentences."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from shuren.data.errors import BuildFailed
from shuren.data.internals import declared
from shuren.data.internals.spark import dialect
from shuren.data.shapes import Model
from shuren.kernel.i18n import gettext as _
from shuren.kernel.masking import mask


@contextmanager
def explained(name: str, closer: Callable[[], BuildFailed | None] | None = None) -> Iterator[None]:
    """Turns any failure of Spark in the block into BuildFailed.

    name    of the table being made
    closer  asked for a better sentence first
    raises  OSError if a disk is full, as writing a file here would
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        text = str(error)
        if "No space left on device" in text:
            raise OSError(errno.ENOSPC, "No space left on device") from error
        better = closer() if closer else None
        raise better or _sentence(name, text) from error


def uncastable(made: Any, model: Model, types: dict[str, str]) -> BuildFailed | None:
    """Names the first column with values that are not of its type; None if there is none."""
    counts = [
        f"count_if(`{c.name}` IS NOT NULL AND"
        f" {dialect.cast(c.name, types[c.name], c.type, strict=False)} IS NULL)"
        for c in model.columns
    ]
    with suppress(Exception):  # the model's own SQL converts; its message says what
        found = made.selectExpr(*counts).collect()[0]
        for column, bad in zip(model.columns, found, strict=True):
            if bad:
                return declared.not_of_type(model, column, bad)
    return None


def cannot_run(model: Model, why: str) -> BuildFailed:
    return BuildFailed(
        _("%(model)s cannot run: %(why)s.", model=model.name, why=why),
        fix=_("`shuren build --steps %(model)s` shows its steps.", model=model.name),
    )


def not_shared(name: str, place: str) -> BuildFailed:
    return BuildFailed(
        _(
            "What Spark's workers wrote of %(name)s did not arrive in %(place)s.",
            name=name,
            place=place,
        ),
        fix=_(
            "Every worker must see the site's folder under the same path; or set spark_work to a "
            "store they all reach."
        ),
    )


def _sentence(name: str, text: str) -> BuildFailed:
    if "FILE_NOT_EXIST" in text or "FileNotFoundException" in text:
        return BuildFailed(
            _("Spark's workers cannot read the files that %(name)s needs.", name=name),
            fix=_(
                "Every worker must see the site's folder under the same path; or set spark_work "
                "to a store they all reach."
            ),
        )
    return BuildFailed(_("%(model)s cannot run: %(why)s.", model=name, why=_reason(text)))


def _reason(text: str) -> str:
    """Spark's own sentence, the one with its condition in brackets if there is one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named = [line[line.index("[") :] for line in lines if "[" in line and "] " in line]
    return mask((named or lines or [""])[0].rstrip("."))
