"""Files nobody should send: a sentence, an exit code, no traceback, and a site as before."""

import ctypes
import gzip
import json
import lzma
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from shuren.cli.main import run
from tests.data.loading import LOANS

pytestmark = pytest.mark.django_db

ROW = "1,s1,b1,红楼梦,2025-03-01,,,0,A\n"


@dataclass
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def shuren(site, capsys, monkeypatch) -> Callable[..., Done]:
    """The command line, in this process."""
    monkeypatch.setenv("SHUREN_LANG", "en")
    monkeypatch.setenv("SHUREN_SITE", str(site.root))

    def call(*arguments: str) -> Done:
        code = run(["--site", str(site.root), *arguments])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


def state(site) -> list[str]:
    folders = (site.lake, site.quarantine, site.receipts, site.temporary)
    return sorted(str(p) for folder in folders for p in folder.rglob("*") if p.name != ".lock")


def truncated_xz() -> bytes:
    rows = "".join(f"{n},s,b,x,2025-01-01,,,0,A\n" for n in range(60_000))
    whole = lzma.compress((LOANS + rows).encode())
    return whole[: len(whole) * 2 // 3]


CASES = {
    "empty.csv": b"",
    "header.csv": LOANS.encode(),
    "blank.csv": b"\n\n  \n",
    "wrong.csv": b"a,b,c\n1,2,3\n",
    "nul.csv": b"\0" * 4096,
    "truncated.csv.xz": truncated_xz(),
    "truncated.csv.gz": gzip.compress(LOANS.encode() * 500)[:-9],
    "corrupt.xlsx": b"PK\x03\x04" + b"\x07" * 3000,
    "locked.xlsx": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 3000,
    "picture.parquet": b"PAR1 not really",
}


@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_is_one_sentence(site, shuren, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(CASES[name])
    done = shuren("load", "loans", str(path))
    assert done.code == 3, done.err
    assert done.err.startswith("Error: ")
    assert "Traceback" not in done.err
    assert "unexpected" not in done.err
    assert state(site) == []


def test_a_folder_a_missing_file_and_an_unknown_contract(site, shuren, tmp_path):
    (tmp_path / "good.csv").write_text(LOANS + ROW, "utf-8")
    folder = shuren("load", "loans", str(tmp_path))
    missing = shuren("load", "loans", str(tmp_path / "none.csv"))
    unknown = shuren("load", "loan", str(tmp_path / "good.csv"))
    assert (folder.code, missing.code, unknown.code) == (3, 3, 2)
    assert "is a folder" in folder.err
    assert "There is no file" in missing.err
    assert "Did you mean 'loans'?" in unknown.err
    assert state(site) == []


def as_an_ordinary_owner() -> None:
    """Before exec: root that may not pass over permissions, which is all this test needs of it."""
    pr_capbset_drop, cap_dac_override, cap_dac_read_search = 24, 1, 2
    for capability in (cap_dac_override, cap_dac_read_search):
        ctypes.CDLL(None).prctl(pr_capbset_drop, capability, 0, 0, 0)


def test_a_file_that_may_not_be_read(site, tmp_path):
    path = tmp_path / "closed.csv"
    path.write_text(LOANS + ROW, "utf-8")
    path.chmod(0)
    done = subprocess.run(
        [sys.executable, "-m", "shuren", "--site", str(site.root), "load", "loans", str(path)],
        env=os.environ | {"SHUREN_LANG": "en"},
        preexec_fn=as_an_ordinary_owner if os.geteuid() == 0 else None,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "may not be read" in done.stderr
    assert "Traceback" not in done.stderr
    assert state(site) == []


def test_a_line_of_fifty_megabytes_and_mixed_encodings_cost_only_their_rows(site, shuren, tmp_path):
    path = tmp_path / "odd.csv"
    long = b"2,s2,b2," + b"x" * (50 << 20) + b",2025-03-01,,,0,A\n"
    chinese = "3,s3,b3,西游记,2025-03-01,,,0,A\n".encode("gb18030")
    first, last = (LOANS + ROW).encode(), ROW.replace("1,", "4,", 1).encode()
    path.write_bytes(first + long + chinese + last)
    done = shuren("load", "loans", str(path), "--json")
    assert done.code == 0, done.err
    (receipt,) = json.loads(done.out)
    assert receipt["records"] == 4 == receipt["accepted"] + receipt["refused"]
    assert receipt["rules"]["S05"] == 1


def test_a_full_disk(site, tmp_path):
    """The real thing: a limit on what the process may write. Python turns the signal into EFBIG,
    so the sentence is about the file; nothing may be left half-written."""
    path = tmp_path / "big.csv"
    rows = "".join(f"{n},s{n},b{n * 7919},t{n},2025-01-01,,,0,A\n" for n in range(200_000))
    path.write_text(LOANS + rows, "utf-8")
    script = (
        "import resource, sys; from shuren.cli.main import run;"
        "from shuren.cli.context import CliContext; from pathlib import Path;"
        "c = CliContext(sys.argv[1]); c.site;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000));"
        "sys.exit(run(['--site', sys.argv[1], 'load', 'loans', sys.argv[2]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(site.root), str(path)],
        capture_output=True,
        text=True,
        env={**os.environ, "SHUREN_LANG": "en"},
        timeout=300,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert [name for name in state(site) if Path(name).is_file()] == []


def test_two_files_one_bad(site, shuren, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(LOANS + ROW, "utf-8")
    bad.write_bytes(b"")
    done = shuren("load", "loans", str(bad), str(good))
    assert done.code == 3
    assert len(list(site.receipts.glob("*.json"))) == 1
    again = shuren("load", "loans", str(good))
    assert again.code == 0
    assert "adds nothing" in again.out
