"""A Spark cluster on loopback: one master and some workers, each a process of its own."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 120.0  # seconds for each process to be ready
ADDRESS = "127.0.0.1"
# For processes that live for seconds: no second compiler, no garbage collector of many threads.
QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


class SparkUnavailable(Exception):
    """PySpark or a Java is missing, or a process did not come up."""


@dataclass
class Cluster:
    """`master` is its address; `processes` are the JVMs, the master's first."""

    master: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)


@contextmanager
def running_spark(folder: Path, workers: int = 2, memory: str = "1g") -> Iterator[Cluster]:
    """A cluster whose workers have one core each and work below `folder`."""
    try:
        import pyspark

        from shuren.data.internals.spark.java import java_home
    except ImportError as missing:
        raise SparkUnavailable(f"{missing.name} is not installed") from None
    home = Path(pyspark.__file__).parent
    port, web = _free_port(), _free_port()
    cluster = Cluster(f"spark://{ADDRESS}:{port}")
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "JAVA_HOME": str(java_home(folder)),
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": ADDRESS,
        "SPARK_LOCAL_DIRS": str(folder / "spill"),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": QUICK_START,
        "SPARK_NO_DAEMONIZE": "1",
        "PYSPARK_PYTHON": sys.executable,
    }
    environment.pop("SPARK_SUBMIT_OPTS", None)

    def start(name: str, *command: str) -> None:
        with open(folder / f"{name}.log", "wb") as log:
            cluster.processes.append(
                subprocess.Popen(
                    [home / "bin" / "spark-class", *command],
                    env=environment,
                    stdout=log,
                    stderr=log,
                    cwd=folder,
                    start_new_session=True,
                    preexec_fn=_end_with_parent,
                )
            )

    deploy = "org.apache.spark.deploy"
    page = f"http://{ADDRESS}:{web}/json/"
    try:
        start(
            "master", f"{deploy}.master.Master",
            "--host", ADDRESS, "--port", str(port), "--webui-port", str(web),
        )  # fmt: skip
        _wait(cluster, folder, page, 0)
        for number in range(workers):
            start(
                f"worker-{number}", f"{deploy}.worker.Worker",
                "--host", ADDRESS, "--webui-port", "0", "--cores", "1", "--memory", memory,
                "--work-dir", str(folder / f"work-{number}"), cluster.master,
            )  # fmt: skip
        _wait(cluster, folder, page, workers)
        yield cluster
    finally:
        _stop(cluster)


def _end_with_parent() -> None:
    """Linux ends a process whose parent was killed; elsewhere it has to be ended by hand."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _wait(cluster: Cluster, folder: Path, page: str, workers: int) -> None:
    """Until the master's page counts so many workers alive."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if any(process.poll() is not None for process in cluster.processes):
            break
        with suppress(OSError), urllib.request.urlopen(page, timeout=2) as answer:
            if f'"aliveworkers" : {workers},'.encode() in answer.read():
                return
        time.sleep(0.1)
    logs = "".join(path.read_text("utf-8")[-1500:] for path in folder.glob("*.log"))
    raise SparkUnavailable(f"the cluster did not come up: {logs}")


def _stop(cluster: Cluster) -> None:
    """Workers first; a worker ends its executors. Nothing outlives this."""
    for process in reversed(cluster.processes):
        process.terminate()
    for process in cluster.processes:
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])
