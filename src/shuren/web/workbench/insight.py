"""The circulation dashboard, the page behind each figure, and its numbers as CSV."""

from django.http import HttpRequest, HttpResponse

from shuren.data import queries as data
from shuren.insight import queries
from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import pick
from shuren.web.access import requires
from shuren.web.workbench import charts, csv_text
from shuren.web.workbench.filters import chosen_filters, filter_form
from shuren.web.workbench.receipts import contract_titles
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

CIRCULATION = (
    "loans_by_month",
    "top_titles_monthly",
    "loans_by_class",
    "loans_by_college",
    "loans_by_campus",
    "loans_by_reader_kind",
)
