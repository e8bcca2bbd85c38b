"""One base class for everything a person may be told.

An error is a sentence: what is wrong, where, and what to do about it. The command
line prints it after "Error:", the web shows it on a page; neither prints a traceback.
"""


class ShurenError(Exception):
    """A sentence for a person, and the way out.

    message    what is wrong and where, one or two sentences, already translated
    fix        what to do about it, one sentence; empty when the message says it
    exit_code  what the command line returns: 1 the work could not be done,
               2 the call was wrong, 3 nothing was loaded (see docs/reference/commands.md)
    """

    exit_code = 1

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class UsageError(ShurenError):
    """The call itself was wrong: an unknown name, a missing argument."""

    exit_code = 2


class DefinitionError(ShurenError):
    """A YAML or SQL definition cannot be used; names the file and the key."""
