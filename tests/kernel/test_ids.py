"""Ids sort by the moment they were made."""

import re
import threading

import pytest

from shuren.kernel import ids
from shuren.kernel.ids import new_id


@pytest.mark.parametrize("fixed", ["", "2026-11-22T09:00:00", "2026-11-22T09:00:00.999999"])
def test_ids_of_one_process_ascend_also_within_a_microsecond(monkeypatch, fixed):
    monkeypatch.setenv("SHUREN_NOW", fixed)
    made = [new_id("L") for _n in range(5_000)]
    assert made == sorted(set(made))
    assert all(re.fullmatch(r"L\d{8}T\d{6}-[0-9a-f]{6}", id) for id in made)


def test_a_later_moment_of_the_same_second_sorts_later_in_another_process(monkeypatch):
    def at(micro: str) -> str:
        monkeypatch.setattr(ids, "_last", ("", 0))  # as a process that has just begun
        monkeypatch.setenv("SHUREN_NOW", f"2026-11-22T09:00:00.{micro}")
        return new_id("L")

    made = [at("000001"), at("000002"), at("500000"), at("999999")]
    assert made == sorted(made)


def test_threads_never_get_one_id_twice():
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.extend(new_id("L") for _n in range(500)))
        for _t in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 2_000
