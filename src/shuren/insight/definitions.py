"""Figures, dashboards and indicators as definitions/*.yaml declare them, ours and the site's."""

from functools import cache

from shuren.insight.internals import figure_files, indicator_files
from shuren.insight.shapes import Dashboard, Figure, Indicator
from shuren.kernel.definitions import find_definitions
from shuren.kernel.site import Site

KEYS, MEASURE_KEYS = figure_files.FIGURE_KEYS, figure_files.MEASURE_KEYS
DASHBOARD_KEYS = figure_files.DASHBOARD_KEYS
INDICATOR_KEYS = indicator_files.KEYS


@cache
def figures(site: Site | None) -> dict[str, Figure]:
    """All figures by id; raises DefinitionError naming the file and the key."""
    files = find_definitions("figures", site)
    return {id: figure_files.read_figure(file) for id, file in files.items()}


@cache
def dashboards(site: Site | None) -> dict[str, Dashboard]:
    """All dashboards by id, in the order of the rail; raises DefinitionError."""
    files, known = find_definitions("dashboards", site).values(), figures(site)
    read = [figure_files.read_dashboard(file, known) for file in files]
    return {one.id: one for one in sorted(read, key=lambda one: (one.order, one.id))}


@cache
def indicators(site: Site | None) -> dict[str, Indicator]:
    """All indicators by id, in the order of their numbers; raises DefinitionError."""
    files = find_definitions("indicators", site).values()
    read = sorted(map(indicator_files.read_indicator, files), key=lambda one: (one.number, one.id))
    return {one.id: one for one in read}
