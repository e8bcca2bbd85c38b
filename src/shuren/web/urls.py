from django.urls import include, path

from shuren.web.oai.provider import oai
from shuren.web.portal import (
    datasets,
    finding,
    home,
    items,
    mine,
    resolving,
    signing,
    spaces,
    styleguide,
    switches,
)

handler400 = "shuren.web.errors.bad_request"
handler403 = "shuren.web.errors.forbidden"
handler404 = "shuren.web.errors.not_found"
handler500 = "shuren.web.errors.broken"

urlpatterns = [
    path("", home.home, name="home"),
    path("find/", finding.find, name="find"),
    path("find/suggest/", finding.suggest, name="find-suggest"),
    path("find/export/", items.export, name="find-export"),
    path("find/shelf/", items.shelf, name="find-shelf"),
    path("find/<slug:item_id>/", items.item, name="item"),
    path("robots.txt", finding.robots, name="robots"),
    path("resolve/", resolving.resolve, name="resolve"),
    path("spaces/", spaces.spaces, name="spaces"),
    path("datasets/", datasets.index, name="datasets"),
    path("datasets/<slug:dataset_id>/", datasets.one, name="dataset"),
    path("datasets/<slug:dataset_id>/v<int:number>/", datasets.one, name="dataset-version"),
    path(
        "datasets/<slug:dataset_id>/v<int:number>/download/",
        datasets.download,
        name="dataset-download",
    ),
    path("id/<path:identifier>", datasets.resolve, name="identifier"),
    path("my/", mine.my_library, name="my"),
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("privacy/", home.privacy, name="privacy"),
    path("language/", switches.language, name="language"),
    path("theme/", switches.theme, name="theme"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("api/v1/", include("shuren.web.api.urls")),
    path("oai", oai, name="oai"),
    path("workbench/", include("shuren.web.workbench.urls")),
]
