"""What can be wrong with a file as a whole. Nothing was loaded when this is raised."""

from pathlib import Path

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _


class FileProblem(ShurenError):
    """The file cannot be read, or not to its end."""

    exit_code = 3


def no_rows(path: Path, header: list[str]) -> FileProblem:
    if header:
        return FileProblem(_("%(path)s has a header but no row.", path=path))
    return FileProblem(_("%(path)s has no row, only blank lines.", path=path))
