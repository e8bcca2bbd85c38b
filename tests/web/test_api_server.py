"""The API and the OAI-PMH provider as programs of others meet them: a real server, two workers."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sickle import Sickle
from sickle.oaiexceptions import NoRecordsMatch

from tests.web.test_server import serving

# The server has a database of its own; this one the library was loaded with.
pytestmark = pytest.mark.django_db

NOW = "2026-11-22T09:00:10"
TITLES = {"三体", "活着", "线性代数", "存在与时间"}


@pytest.fixture(scope="module")
def server(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    site, _receipt = built
    shutil.copytree(site.root, folder / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHUREN_NOW", NOW)  # both minutes of a quota would let twice as many in
        with serving(folder, "--workers", 2) as running:
            running.site = folder / "site"
            yield running


def make_key(server, *options):
    command = [sys.executable, "-m", "shuren", "--site", str(server.site), "key", "create"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


def test_workers_share_one_quota(server):
    key = make_key(
        server, "p", "--owner", "IT", "--scope", "catalogue:read",
        "--per-minute", "10", "--per-day", "100",
    )  # fmt: skip
    address = f"http://127.0.0.1:{server.port}/api/v1/catalogue"

    def ask(_number):
        return httpx.get(address, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(30)))
    told = sorted(answer.status_code for answer in answers)
    assert told == [200] * 10 + [429] * 20
    late = next(answer for answer in answers if answer.status_code == 429)
    assert late.headers["Retry-After"] == "50"
    assert key not in server.log.read_text()


def test_an_independent_harvester_takes_every_title(server):
    sickle = Sickle(f"http://127.0.0.1:{server.port}/oai")
    about = sickle.Identify()
    assert (about.protocolVersion, about.deletedRecord) == ("2.0", "no")
    assert [one.metadataPrefix for one in sickle.ListMetadataFormats()] == ["oai_dc"]
    records = list(sickle.ListRecords(metadataPrefix="oai_dc"))
    assert {one.metadata["title"][0] for one in records} == TITLES
    headers = list(sickle.ListIdentifiers(metadataPrefix="oai_dc"))
    assert [one.identifier for one in headers] == [one.header.identifier for one in records]
    again = sickle.GetRecord(identifier=headers[0].identifier, metadataPrefix="oai_dc")
    assert again.metadata == records[0].metadata
    sets = {one.setSpec for one in sickle.ListSets()}
    assert sets == {"clc:I", "clc:O", "clc:B"}
    chosen = sickle.ListRecords(metadataPrefix="oai_dc", set="clc:I")
    assert {one.metadata["title"][0] for one in chosen} == {"三体", "活着"}
    with pytest.raises(NoRecordsMatch):
        sickle.ListRecords(metadataPrefix="oai_dc", **{"from": "2099-01-01"})
