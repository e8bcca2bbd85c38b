"""What can be wrong with a file as a whole. Nothing was loaded when this is raised."""

from shuren.kernel.errors import ShurenError


class FileProblem(ShurenError):
    """The file cannot be read, or not to its end."""

    exit_code = 3
