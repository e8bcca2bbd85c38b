"""k^m-anonymity: whoever knows m events of a person finds k persons at least who fit.

A table `event` has one row a person and event: `person`, what is said of the person (a group) and
what is said of the event. Three things are counted, over distinct persons: each group; each event
in it; each set of up to m events that one person of it has. What fewer than k persons share is
suppressed: a small group goes whole, of a rare set the rarest event goes, from those who have all
of it. What goes makes other counts smaller, so it is done again until nothing is rare any more.
Then any m events together with all of the group fit k persons or nobody.

source  Terrovitis, Mamoulis, Kalnis 2008, doi:10.14778/1453856.1453874, with suppression by group
"""

from collections.abc import Sequence

import duckdb

_ROUNDS = 200


def suppress(connection: duckdb.DuckDBPyConnection, k: int, known: int) -> int:
    """Suppress rows of the table `event(person, grp, ev)` until it is k^known-anonymous.

    connection  with that table; grp and ev are whole numbers that stand for their values
    returns     how many rows went
    """
    before = rows(connection)
    for _round in range(_ROUNDS):
        if not _small_groups(connection, k) + _rare_events(connection, k):
            gone = sum(_rare_sets(connection, k, size) for size in range(2, known + 1))
            if not gone:
                return before - rows(connection)
    connection.execute("DELETE FROM event")  # it does not settle: nothing leaves
    return before


def is_anonymous(connection: duckdb.DuckDBPyConnection, k: int, known: int) -> bool:
    """Whether each combination in `event` that occurs is shared by k persons at least."""
    sizes = [_count(connection, _sets(size, k)) for size in range(1, known + 1)]
    return not _count(connection, _few_persons(k)) and not any(sizes)


def _small_groups(connection: duckdb.DuckDBPyConnection, k: int) -> int:
    return _delete(connection, f"grp IN ({_few_persons(k)})")


def _few_persons(k: int) -> str:
    return f"SELECT grp FROM event GROUP BY grp HAVING count(DISTINCT person) < {int(k)}"


def _rare_events(connection: duckdb.DuckDBPyConnection, k: int) -> int:
    return _delete(connection, f"(grp, ev) IN ({_sets(1, k)})")


def _rare_sets(connection: duckdb.DuckDBPyConnection, k: int, size: int) -> int:
    """Of each rare set goes the event that fewest persons have, of two the smaller number."""
    names = [f"e{place}" for place in range(size)]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE support AS"
        " SELECT grp, ev, count(*) AS persons FROM event GROUP BY grp, ev"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rare AS {_sets(size, k)}")
    joins = "".join(
        f" JOIN event AS x{at} ON x{at}.person = x0.person AND x{at}.ev = rare.{name}"
        for at, name in enumerate(names)
        if at
    )
    counts = "".join(
        f" JOIN support AS s{at} ON s{at}.grp = rare.grp AND s{at}.ev = rare.{name}"
        for at, name in enumerate(names)
    )
    rarest = ", ".join(f"{{'n': s{at}.persons, 'ev': s{at}.ev}}" for at in range(size))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE going AS SELECT DISTINCT x0.person,"
        f" least({rarest}).ev AS ev FROM rare"
        f" JOIN event AS x0 ON x0.grp = rare.grp AND x0.ev = rare.e0{joins}{counts}"
    )
    return _delete(connection, "(person, ev) IN (SELECT person, ev FROM going)")


def _sets(size: int, k: int) -> str:
    """SQL for the groups and sets of `size` events that 1 … k-1 persons of the group share."""
    if size == 1:
        return f"SELECT grp, ev FROM event GROUP BY grp, ev HAVING count(*) < {int(k)}"
    names = ", ".join(f"x{at}.ev AS e{at}" for at in range(size))
    joins = "".join(
        f" JOIN event AS x{at} ON x{at}.person = x0.person AND x{at}.ev > x{at - 1}.ev"
        for at in range(1, size)
    )
    by = ", ".join(["x0.grp", *(f"x{at}.ev" for at in range(size))])
    return (
        f"SELECT x0.grp AS grp, {names} FROM event AS x0{joins}"
        f" GROUP BY {by} HAVING count(*) < {int(k)}"
    )


def numbered(group: Sequence[str], event: Sequence[str]) -> str:
    """SQL: the table `detail(person, …)` with numbers for each group and each event."""
    grp = ", ".join(f'"{name}"' for name in group) or "1"
    ev = ", ".join(f'"{name}"' for name in event) or "1"
    return (
        f"SELECT *, dense_rank() OVER (ORDER BY {grp}) AS grp,"
        f" dense_rank() OVER (ORDER BY {ev}) AS ev FROM detail"
    )


def encode(
    connection: duckdb.DuckDBPyConnection, group: Sequence[str], event: Sequence[str]
) -> None:
    """Make `event` out of `detail`."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE event AS"
        f" SELECT DISTINCT person, grp, ev FROM ({numbered(group, event)})"
    )


def rows(connection: duckdb.DuckDBPyConnection) -> int:
    return _count(connection, "SELECT 1 FROM event")


def _delete(connection: duckdb.DuckDBPyConnection, condition: str) -> int:
    found = connection.execute(f"DELETE FROM event WHERE {condition}").fetchone()
    return int(found[0]) if found else 0


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM ({sql})").fetchone()
    return int(found[0]) if found else 0
