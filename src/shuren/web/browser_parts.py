"""The files of package.json's packages that pages may load, and under which name.

The one list: the static-files finder serves them from node_modules in a checkout, and the
build hook copies them into the wheel. Nothing else of node_modules is ever served.
This module imports nothing, because the build hook reads it before the platform is installed.
"""

#: served name below `vendor/` → file below node_modules/
BROWSER_PARTS = {
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "echarts.LICENSE.txt": "echarts/LICENSE",
    "echarts.NOTICE.txt": "echarts/NOTICE",
    "echarts.LICENSE-d3.txt": "echarts/licenses/LICENSE-d3",
    # Compiled into echarts.min.js, so their terms travel with it.
    "zrender.LICENSE.txt": "zrender/LICENSE",
    "tslib.LICENSE.txt": "tslib/LICENSE.txt",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
}
