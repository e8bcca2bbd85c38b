"""What every command does before its own work."""

import subprocess
import sys

from tests.early import make_site


def test_commands_that_start_together_on_a_new_site_make_its_tables_once(tmp_path):
    command = [sys.executable, "-m", "shuren", "--site", make_site(tmp_path / "site")]
    running = [
        subprocess.Popen([*command, "account", "list", "--json"], stdout=-1, stderr=-1, text=True)
        for _place in range(4)
    ]
    outcomes = [process.communicate() for process in running]
    assert outcomes == [("[]\n", "")] * 4
