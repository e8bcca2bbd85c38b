"""The closest known name, for 'did you mean' sentences."""

import difflib
from collections.abc import Sequence


def closest(name: str, known: Sequence[str]) -> str:
    """The known name most like this one, or ''. Letter case and surrounding space do not count."""
    folded = {candidate.strip().casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(name.strip().casefold(), list(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else ""
