"""Files nobody should send: a sentence, an exit code, no traceback, and a site as before."""

import gzip
import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.loading import LOANS

ROW = "1,s1,b1,红楼梦,2025-03-01,,,0,A\n"


def shuren(site, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shuren", "--site", str(site.root), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "SHUREN_LANG": "en"},
        timeout=300,
    )


def state(site) -> list[str]:
    folders = (site.lake, site.quarantine, site.receipts, site.temporary)
    return sorted(str(p) for folder in folders for p in folder.rglob("*") if p.name != ".lock")


def truncated_xz() -> bytes:
    whole = lzma.compress(
        (LOANS + "".join(f"{n},s,b,x,2025-01-01,,,0,A\n" for n in range(60_000))).encode()
    )
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
def test_a_bad_file_is_one_sentence(site, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(CASES[name])
    done = shuren(site, "load", "loans", str(path))
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert "unexpected" not in done.stderr
    assert state(site) == []


def test_a_folder_a_missing_file_and_an_unknown_contract(site, tmp_path):
    (tmp_path / "good.csv").write_text(LOANS + ROW, "utf-8")
    folder = shuren(site, "load", "loans", str(tmp_path))
    missing = shuren(site, "load", "loans", str(tmp_path / "none.csv"))
    unknown = shuren(site, "load", "loan", str(tmp_path / "good.csv"))
    assert (folder.returncode, missing.returncode, unknown.returncode) == (3, 3, 2)
    assert "is a folder" in folder.stderr
    assert "There is no file" in missing.stderr
    assert "Did you mean 'loans'?" in unknown.stderr
    assert state(site) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(site, tmp_path):
    path = tmp_path / "closed.csv"
    path.write_text(LOANS + ROW, "utf-8")
    path.chmod(0)
    done = shuren(site, "load", "loans", str(path))
    assert done.returncode == 3
    assert "may not be read" in done.stderr


def test_a_line_of_fifty_megabytes_and_mixed_encodings_cost_only_their_rows(site, tmp_path):
    path = tmp_path / "odd.csv"
    long = b"2,s2,b2," + b"x" * (50 << 20) + b",2025-03-01,,,0,A\n"
    chinese = "3,s3,b3,西游记,2025-03-01,,,0,A\n".encode("gb18030")
    path.write_bytes(
        LOANS.encode() + ROW.encode() + long + chinese + ROW.replace("1,", "4,", 1).encode()
    )
    done = shuren(site, "load", "loans", str(path), "--json")
    assert done.returncode == 0, done.stderr
    import json

    (receipt,) = json.loads(done.stdout)
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


def test_two_files_one_bad(site, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(LOANS + ROW, "utf-8")
    bad.write_bytes(b"")
    done = shuren(site, "load", "loans", str(bad), str(good))
    assert done.returncode == 3
    assert len(list(site.receipts.glob("*.json"))) == 1
    again = shuren(site, "load", "loans", str(good))
    assert again.returncode == 0
    assert "adds nothing" in again.stdout
