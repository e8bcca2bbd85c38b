"""Snapshots that travel by an object store: moto's server speaks S3 over HTTP, in this process."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyarrow import fs

from shuren.data.actions import pull_snapshot, push_snapshot
from shuren.data.errors import NoSnapshot, StoreTrouble
from shuren.data.internals import building, snapshot_store, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.models import needed_for as models_for
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site, open_site
from shuren.trust.errors import ApprovalNeeded, EgressBlocked
from tests.data.raw_helper import put_raw
from tests.data.test_backup import shuren
from tests.early import make_site

BUCKET = "library"
OPERATOR = Actor("cli:test", "administrator")
ZONE = {"zone_id": "z1", "campus": "虎溪", "building": "馆", "floor": 1, "title": "大厅"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"{host}:{port}"
    running.stop()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The address of an empty place in a bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never-in-a-sentence")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    how = f"?endpoint_override={server}&scheme=http&region=us-east-1&allow_bucket_creation=true"
    files, root = fs.FileSystem.from_uri(f"s3://{BUCKET}{how}")
    files.create_dir(root)
    return f"s3://{BUCKET}/{tmp_path.name}{how}"


def there(store: str) -> set[str]:
    """Names of all objects."""
    files, root = fs.FileSystem.from_uri(store)
    found = files.get_file_info(fs.FileSelector(root, recursive=True, allow_not_found=True))
    return {one.path.removeprefix(f"{root}/") for one in found if one.is_file}


def publish(site: Site, seats: int, place: int) -> str:
    put_raw(site, "seat_zones", [ZONE | {"seats": seats}], place=place)
    known = load_models(site)
    few = {"conformed.seat_zone": known["conformed.seat_zone"]}
    return building.build_snapshot(site, few, all_receipts(site)[::-1], no_progress).snapshot


def seats(site: Site) -> list[tuple[Any, ...]]:
    table = snapshots.source(site, snapshots.required(site), "conformed.seat_zone")
    return snapshots.query(site, f"SELECT zone_id, seats FROM {table}", [])


@pytest.fixture
def reader(tmp_path: Path) -> Site:
    """Another machine's site: it loads nothing."""
    return open_site(make_site(tmp_path / "reader"))


def test_what_one_machine_built_another_reads(site: Site, reader: Site, store: str) -> None:
    first = publish(site, 3, place=1)
    assert push_snapshot(site, store, actor=OPERATOR).files == 2
    assert pull_snapshot(reader, store).snapshot == first
    assert seats(reader) == [("z1", 3)]
    second = publish(site, 4, place=2)
    assert seats(reader) == [("z1", 3)]
    push_snapshot(site, store, actor=OPERATOR)
    assert pull_snapshot(reader, store).snapshot == second
    assert seats(reader) == [("z1", 4)]


def test_what_is_there_already_does_not_travel_again(site: Site, reader: Site, store: str) -> None:
    publish(site, 3, place=1)
    push_snapshot(site, store, actor=OPERATOR)
    pull_snapshot(reader, store)
    assert push_snapshot(site, store, actor=OPERATOR).files == 0
    assert pull_snapshot(reader, store).files == 0


def test_the_pointer_comes_last_so_a_push_that_was_killed_shows_nothing(
    site: Site, reader: Site, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, 3, place=1)
    push_snapshot(site, store, actor=OPERATOR)
    publish(site, 4, place=2)

    class Killed(BaseException):
        pass

    write = snapshot_store._Store.write

    def cut(self: Any, name: str, content: bytes) -> None:
        if name == snapshot_store.POINTER:
            raise Killed
        write(self, name, content)

    with monkeypatch.context() as patch:
        patch.setattr(snapshot_store._Store, "write", cut)
        with pytest.raises(Killed):
            push_snapshot(site, store, actor=OPERATOR)
    pull_snapshot(reader, store)
    assert seats(reader) == [("z1", 3)]
    push_snapshot(site, store, actor=OPERATOR)
    pull_snapshot(reader, store)
    assert seats(reader) == [("z1", 4)]


@pytest.mark.parametrize(
    "harm",
    [
        lambda files, root, id: _write(files, f"{root}/{id}/conformed/seat_zone.parquet", b"PAR1"),
        lambda files, root, id: files.delete_file(f"{root}/{id}/conformed/seat_zone.parquet"),
        lambda files, root, id: _write(files, f"{root}/{id}/FILES.json", b"{"),
        lambda files, root, id: _write(
            files, f"{root}/{id}/FILES.json", json.dumps({"../../../out.txt": [1, "x"]}).encode()
        ),
    ],
    ids=["another file", "a file is gone", "half a list", "a list that points elsewhere"],
)
def test_a_snapshot_that_is_not_whole_is_never_shown(
    site: Site, reader: Site, store: str, harm: Callable[[Any, str, str], None]
) -> None:
    publish(site, 3, place=1)
    push_snapshot(site, store, actor=OPERATOR)
    pull_snapshot(reader, store)
    id = publish(site, 4, place=2)
    push_snapshot(site, store, actor=OPERATOR)
    harm(*fs.FileSystem.from_uri(store), id)
    before = sorted(reader.root.rglob("*"))
    with pytest.raises(StoreTrouble, match="is not the file that was pushed"):
        pull_snapshot(reader, store)
    assert seats(reader) == [("z1", 3)]
    assert sorted(reader.root.rglob("*")) == before


def _write(files: Any, place: str, content: bytes) -> None:
    with files.open_output_stream(place) as stream:
        stream.write(content)


def test_what_has_gone_here_goes_there_and_then_from_the_readers(
    site: Site, reader: Site, store: str
) -> None:
    """A snapshot with rows past their term must not live on elsewhere."""
    first = publish(site, 3, place=1)
    push_snapshot(site, store, actor=OPERATOR)
    pull_snapshot(reader, store)
    second = publish(site, 4, place=2)
    (site.snapshots / first / snapshots.MANIFEST).unlink()
    building.prune(site)
    push_snapshot(site, store, actor=OPERATOR)
    assert {name.partition("/")[0] for name in there(store)} == {second, "CURRENT"}
    pull_snapshot(reader, store)
    assert {one.name for one in reader.snapshots.iterdir()} == {first, second}, "maybe being read"
    long_ago = snapshot_store.now().timestamp() - 3_600
    os.utime(reader.current_pointer, (long_ago, long_ago))
    pull_snapshot(reader, store)
    assert {one.name for one in reader.snapshots.iterdir()} == {second}


def test_nothing_pushed_nothing_built_and_a_site_with_data_of_its_own_are_said(
    site: Site, reader: Site, store: str
) -> None:
    with pytest.raises(StoreTrouble, match="No snapshot has been pushed"):
        pull_snapshot(reader, store)
    with pytest.raises(NoSnapshot):
        push_snapshot(site, store, actor=OPERATOR)
    publish(site, 3, place=1)
    push_snapshot(site, store, actor=OPERATOR)
    put_raw(reader, "seat_zones", [ZONE | {"seats": 9}], place=1)
    with pytest.raises(StoreTrouble, match="loads data of its own"):
        pull_snapshot(reader, store)


def test_a_store_that_cannot_be_used_is_a_sentence_without_keys(
    site: Site, store: str, tmp_path: Path
) -> None:
    publish(site, 3, place=1)
    nowhere = store.replace(f"//{BUCKET}/", "//no-such-bucket/")
    nowhere = nowhere.replace("allow_bucket_creation=true", "allow_bucket_creation=false")
    with pytest.raises(StoreTrouble) as caught:
        push_snapshot(site, nowhere, actor=OPERATOR)
    said = f"{caught.value} {caught.value.fix}"
    assert "s3://no-such-bucket" in said
    assert "never-in-a-sentence" not in said


def test_a_shared_folder_is_a_store_too(site: Site, reader: Site, tmp_path: Path) -> None:
    publish(site, 3, place=1)
    address = (tmp_path / "shared folder").as_uri()
    (tmp_path / "shared folder").mkdir()
    push_snapshot(site, address, actor=OPERATOR)
    pull_snapshot(reader, address)
    assert seats(reader) == [("z1", 3)]


def test_two_sites_at_the_terminal(tmp_path: Path) -> None:
    """As the how-to says it: built on one, shown by the other, and doctor is content."""
    builder, shower = tmp_path / "builder", tmp_path / "shower"
    (tmp_path / "store").mkdir()
    address = {"SHUREN_SNAPSHOT_STORE": (tmp_path / "store").as_uri()}
    zones = tmp_path / "zones.csv"
    zones.write_text("zone_id,campus,building,floor,title,seats\nz1,虎溪,馆,1,大厅,3\n", "utf-8")
    for folder in (builder, shower):
        assert shuren("init", folder).returncode == 0
    for command in (["load", "seat_zones", zones], ["build"], ["snapshot", "push"]):
        done = shuren("--site", builder, *command, **address)
        assert done.returncode == 0, done.stderr
    pulled = shuren("--site", shower, "snapshot", "pull", **address)
    assert pulled.stdout.split(":")[0] == snapshots.required(open_site(builder)).id
    assert seats(open_site(shower)) == [("z1", 3)]
    again = shuren("--site", shower, "snapshot", "pull", **address)
    assert "was there already" in again.stdout
    assert shuren("--site", shower, "doctor").returncode == 0
    assert "snapshot_store" in shuren("--site", shower, "snapshot", "pull").stderr


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table, error, says",
    [("conformed.gate_event", EgressBlocked, "class 4"),
     ("conformed.loan", EgressBlocked, "class 4"),
     ("conformed.reader", ApprovalNeeded, "second person")],
    ids=["whereabouts", "what was read", "persons"],
)  # fmt: skip
def test_data_about_people_goes_to_the_library_s_own_store_and_no_other(
    site, tmp_path, table, error, says
):
    known = load_models(site)
    needed = {name: known[name] for name in models_for(known, table)}
    building.build_snapshot(site, needed, all_receipts(site)[::-1], no_progress)
    address = (tmp_path / "elsewhere").as_uri()
    with pytest.raises(error, match=says):
        push_snapshot(site, address, actor=OPERATOR)
    assert not (tmp_path / "elsewhere").exists()
    (site.root / "shuren.toml").open("a").write(f'\nsnapshot_store = "{address}"\n')
    assert push_snapshot(site, address, actor=OPERATOR).files
