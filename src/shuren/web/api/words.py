"""What the document of the API says, in the language of whoever reads it."""

from shuren.kernel.i18n import gettext as _


def about() -> str:
    return _(
        "Reads the library's catalogue of tables, rows and counts, figures, receipts and lineage, "
        "by key. Nothing is written. Rows in which a person could be found are never given; groups "
        "of fewer than five persons are hidden."
    )


def tags() -> dict[str, str]:
    return {
        "about": _("The service itself"),
        "catalogue": _("Catalogue"),
        "marts": _("Rows and counts"),
        "figures": _("Figures"),
        "indicators": _("Indicators"),
        "loads": _("Loads"),
        "lineage": _("Lineage"),
        "datasets": _("Open data"),
        "services": _("Services"),
    }


def operations() -> dict[str, tuple[str, str]]:
    """Title and explanation of each operation."""
    return {
        "health": (_("Is it running?"), _("Needs no key.")),
        "me": (_("What this key may do"), _("Scopes, purposes, quotas and what is used of them.")),
        "snapshot": (_("The live state of the data"), _("When it was built, from which loads.")),
        "catalogue": (_("All tables"), _("Their names, titles and sizes.")),
        "catalogue_table": (_("One table"), _("Its columns with type, unit and class.")),
        "rows": (
            _("Rows of a table"),
            _(
                "Page by page in a fixed order. Follow `next` to the end: each row comes once, "
                "also when newer data are published meanwhile."
            ),
        ),
        "summary": (
            _("Counts over a table"),
            _("Groups with fewer than five persons behind them are hidden, and said how many."),
        ),
        "figures": (_("All figures"), _("What the dashboards show, with definitions.")),
        "figure": (_("One figure"), _("Computed from the live data, narrowed by filters.")),
        "indicators": (_("All indicators"), _("With formula, unit and standard reference.")),
        "indicator": (_("One indicator"), _("Its value, or which data it lacks.")),
        "loads": (_("All loads"), _("What came in, newest first.")),
        "load": (_("One load"), _("Its receipt: records, accepted, refused and why.")),
        "lineage": (_("The whole lineage"), _("Every column and what it is made from.")),
        "lineage_of": (
            _("What is before or behind"),
            _("Everything a column is made from, or everything made from it."),
        ),
        "services": (_("All services"), _("Needs no key. What the library offers, and where.")),
        "service": (_("One service"), _("Its rules, steps, form and indicators; needs no key.")),
        "datasets": (_("All open datasets"), _("Needs no key.")),
        "dataset": (_("One open dataset"), _("Its versions and their files; withdrawn ones too.")),
        "dataset_file": (
            _("A file of an open dataset"),
            _("Given to whoever names its licence in `licence`, and thereby accepts it."),
        ),
    }


def parameters() -> dict[str, str]:
    return {
        "table": _("Name of a table, such as mart.title_availability"),
        "id": _("The id as the list shows it"),
        "direction": _("upstream: made from; downstream: used for"),
        "purpose": _("Why the data are read; one of the key's purposes"),
        "columns": _("Columns separated by commas; empty: all that the purpose opens"),
        "filter": _("column:operator:value with eq, in, ge, lt, contains; values of in by |"),
        "limit": _("Most rows of one page"),
        "after": _("Mark of the next page, as `after` or `next` of the page before gave it"),
        "format": _("json, csv or parquet; else the Accept header decides"),
        "measure": _("name=count, name=distinct:column or name=sum:column"),
        "by": _("Columns to group by, separated by commas"),
        "order": _("Columns or measures to sort by, - before one for greatest first"),
        "begin": _("First month, such as 2026-03"),
        "end": _("Last month, such as 2026-08"),
        "campus": _("Campus"),
        "college": _("College"),
        "clc_main": _("CLC main class, one letter"),
        "reader_kind": _("Kind of reader"),
        "contract": _("Id of a data contract"),
        "year": _("Year, such as 2025"),
        "number": _("Number of the version"),
        "file": _("Name of the file, as the version lists it"),
        "licence": _("Id of the licence that you accept, such as CC-BY-4.0"),
    }
