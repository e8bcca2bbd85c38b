"""Class numbers of the Chinese Library Classification: letters first, then finer and finer."""


def expand(span: str) -> list[str]:
    """`D33/37` is D33, D34 … D37; a number without a range is itself.

    raises  ValueError if the ends of a range are no numbers
    """
    first, slash, last = span.partition("/")
    if not slash:
        return [span]
    stem, start = first[: -len(last)], first[-len(last) :]
    return [f"{stem}{number}" for number in range(int(start), int(last) + 1)]
