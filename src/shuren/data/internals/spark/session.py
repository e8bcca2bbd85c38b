"""One Spark session for one build: how it is set, and the sentences when it cannot start."""

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from shuren.data.errors import EngineUnavailable
from shuren.data.internals.spark.java import java_home
from shuren.kernel.i18n import gettext as _

LOCAL = "local[*]"
PATIENCE = 90.0  # seconds for a worker to take us
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# What makes Spark mean by a text what the embedded engine means by it.
MEANING = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.mapKeyDedupPolicy": "EXCEPTION",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.sql.sources.default": "parquet",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
}
_QUIET = """status = error
rootLogger.level = fatal
rootLogger.appenderRef.out.ref = out
logger.start.name = org.apache.spark.api.python.PythonGatewayServer
logger.start.level = fatal
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_ERR
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1}: %m%n
"""


@contextmanager
def open_session(folder: Path, master: str, options: Mapping[str, str]) -> Iterator[Any]:
    """A session on `master`, or inside this machine when it is empty.

    folder  for Spark's own files
    options settings of Spark, beyond and before ours
    raises  EngineUnavailable if PySpark or Java is missing, or no master or worker answers
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineUnavailable(
            _("The Spark engine is not installed here."),
            fix=_("Install it with `pip install 'shuren[spark]'`."),
        ) from None
    master = master or LOCAL
    _check_master(master)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log4j2.properties").write_text(_QUIET, "utf-8")
    with _environment(folder, master):
        builder = SparkSession.builder.master(master)
        for name, value in (_settings(folder, master) | dict(options)).items():
            builder = builder.config(name, value)
        try:
            session = builder.getOrCreate()
        except Exception as error:  # whatever kept a JVM from starting
            _stop_java()
            raise EngineUnavailable(
                _("Spark could not start: %(why)s.", why=_first_line(error))
            ) from error
        try:
            if not master.startswith("local"):
                _wait_for_worker(session, master)
            yield session
        finally:
            session.stop()
            _stop_java()


def _settings(folder: Path, master: str) -> dict[str, str]:
    ours = {
        "spark.app.name": "shuren build",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "1g",
        "spark.local.dir": str(folder / "spill"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.adaptive.enabled": "true",
    }
    if _is_here(master):
        ours |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return ours | MEANING


@contextmanager
def _environment(folder: Path, master: str) -> Iterator[None]:
    """Where Spark's start script looks; as before afterwards."""
    log4j = f'-Dlog4j2.configurationFile="{folder / "log4j2.properties"}"'
    wanted = {"JAVA_HOME": str(java_home(folder)), "SPARK_SUBMIT_OPTS": log4j}
    if _is_here(master):
        wanted["SPARK_LOCAL_IP"] = "127.0.0.1"
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _check_master(master: str) -> None:
    """A wrong address would keep Spark trying for a minute, and then say little."""
    if not master.startswith("spark://"):
        return
    try:
        with closing(socket.create_connection(_host(master), timeout=5)):
            return
    except (OSError, ValueError):
        raise EngineUnavailable(
            _("No Spark master answers at %(master)s.", master=master),
            fix=_("Start one there, or correct `--master` or spark_master in shuren.toml."),
        ) from None


def _is_here(master: str) -> bool:
    return master.startswith("local") or _host(master)[0] in _LOOPBACK


def _host(master: str) -> tuple[str, int]:
    host, _colon, port = master.removeprefix("spark://").split(",")[0].rpartition(":")
    return host, int(port) if port.isdigit() else 0


def _wait_for_worker(session: Any, master: str) -> None:
    """Without a worker the first query would wait for ever."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        # The driver counts as one.
        if len(session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()) > 1:
            return
        time.sleep(0.1)
    raise EngineUnavailable(
        _("The Spark master %(master)s has no worker free for us.", master=master),
        fix=_("Start a worker there, or end what its workers are busy with."),
    )


def _stop_java() -> None:
    """The JVM ends with the build, so that the next one may have other settings."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    if gateway is None:
        return
    SparkContext._gateway = SparkContext._jvm = None
    with suppress(Exception):
        gateway.shutdown()
    process = getattr(gateway, "proc", None)
    if process is not None:
        process.stdin.close()
        process.wait(timeout=30)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
