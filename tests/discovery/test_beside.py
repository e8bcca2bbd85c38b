"""What is done beside other work comes back, or raises, when it is waited for."""

import subprocess
import sys

import pytest

from shuren.discovery.internals.beside import beside

FORKED = """
import os
from shuren.discovery.internals.beside import beside
assert beside(lambda: 1)() == 1
child = os.fork()
if not child:
    os._exit(0 if beside(lambda: 2)() == 2 else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def test_the_result_is_waited_for() -> None:
    begun = [beside(lambda number=number: number * number) for number in range(20)]  # type: ignore[misc]
    assert [result() for result in begun] == [number * number for number in range(20)]


def test_what_it_raised_is_raised_to_who_waits() -> None:
    result = beside(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        result()


def test_a_forked_process_has_threads_of_its_own() -> None:
    subprocess.run([sys.executable, "-c", FORKED], check=True, timeout=60)
