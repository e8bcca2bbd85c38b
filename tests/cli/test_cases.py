"""`shuren cases` at the terminal."""

import pytest
from click.testing import CliRunner

from shuren.cli.cases import cases as command
from shuren.cli.context import CliContext
from shuren.kernel.errors import UsageError
from shuren.service.errors import NotNow
from shuren.trust.actions import create_account
from tests.service.desk_of_cases import held, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(site, settings):
    settings.SITE = site
    create_account("lin", "a long enough phrase", "front_desk")
    context = CliContext(str(site.root))
    context.__dict__["site"] = site

    def call(*arguments: str) -> str:
        answer = CliRunner().invoke(command, arguments, obj=context, standalone_mode=False)
        if answer.exception:
            raise answer.exception
        return answer.output

    return call


def test_a_case_is_listed_shown_and_moved_on(run, site):
    opened = held(site, reader(site))
    assert opened.id in run("list", "--as", "lin", "--service", "book_hold")
    assert "0 cases, page 1 of 1." in run("list", "--as", "lin", "--overdue")
    assert "copy_free (A copy is free)" in run("show", opened.id, "--as", "lin")
    moved = run("act", opened.id, "copy_free", "--as", "lin", "--note", "一楼")
    assert "lin  A copy is free  一楼" in moved
    with pytest.raises(NotNow):
        run("act", opened.id, "copy_free", "--as", "lin")


def test_nobody_works_under_a_name_that_is_not_of_staff(run, site):
    create_account("ann", "a long enough phrase", "student", reader_key=reader(site).reader_key)
    for name in ("ann", "nobody"):
        with pytest.raises(UsageError, match="no account of staff"):
            run("list", "--as", name)
