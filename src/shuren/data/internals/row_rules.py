"""Tries the row rules of a contract on no rows, so that a slip shows before a load does."""

import duckdb

from shuren.data.internals.check_sql import empty_rows
from shuren.data.shapes import Contract
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _


def check_row_rules(contract: Contract) -> None:
    """Raise DefinitionError if a row rule is not SQL over the contract's columns."""
    with duckdb.connect() as connection:
        for rule in contract.row_rules:
            try:
                connection.execute(
                    f"SELECT CAST(({rule.sql}) AS BOOLEAN) FROM ({empty_rows(contract)})"
                ).fetchall()
            except duckdb.Error as error:
                raise DefinitionError(
                    _(
                        "Contract %(contract)s, rowRules.%(rule)s: the SQL cannot be used.",
                        contract=contract.id,
                        rule=rule.id,
                    ),
                    fix=str(error).splitlines()[0],
                ) from None
