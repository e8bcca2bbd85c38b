"""Work done beside other work, where a machine has more than one core: the engine lets others go
on while it searches. Only for what takes milliseconds; a thread costs a tenth of one."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Begins the work; what comes back waits for its result, and raises what it raised. The work
    may not itself call this and wait."""
    return _threads().submit(work).result


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="shuren-search")


# A process that was forked has none of its parent's threads.
os.register_at_fork(after_in_child=_threads.cache_clear)
