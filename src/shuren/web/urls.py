from django.urls import include, path

from shuren.web.oai.provider import oai
from shuren.web.portal import (
    datasets,
    finding,
    held,
    home,
    interests,
    items,
    mine,
    privacy,
    resolving,
    searches,
    spaces,
    styleguide,
    switches,
)
from shuren.web.sign_in import campus, second_step, sessions, views

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
    path("my/sessions/", sessions.sessions, name="sessions"),
    path("my/sessions/end/", sessions.end, name="session-end"),
    path("my/second-step/", second_step.set_up, name="second-step"),
    path("my/second-step/codes/", second_step.renew_codes, name="recovery-codes"),
    path("my/second-step/off/", second_step.turn_off, name="second-step-off"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", second_step.code, name="sign-in-code"),
    path("sign-in/second-step/", second_step.set_up_to_enter, name="sign-in-second-step"),
    path("sign-in/oidc/", campus.begin, {"way": "oidc"}, name="sign-in-oidc"),
    path("sign-in/oidc/return/", campus.oidc_return, name="sign-in-oidc-return"),
    path("sign-in/cas/", campus.begin, {"way": "cas"}, name="sign-in-cas"),
    path("sign-in/cas/return/", campus.cas_return, name="sign-in-cas-return"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("signed-out/<slug:way>/", views.signed_out, name="signed-out"),
    path("my/privacy/", privacy.panel, name="my-privacy"),
    path("my/privacy/consent/", privacy.choose, name="my-consent"),
    path("my/privacy/held/", held.store, name="my-held"),
    path("my/privacy/forget/", held.forget, name="my-forget"),
    path("my/privacy/correct/", held.correct, name="my-correct"),
    path("my/privacy/export/", held.export, name="my-export"),
    path("my/privacy/erase/", held.erase, name="my-erase"),
    path("my/privacy/certificates/<str:certificate_id>/", held.certificate, name="my-certificate"),
    path(
        "my/privacy/certificates/<str:certificate_id>/file/",
        held.certificate_file,
        name="my-certificate-file",
    ),
    path("my/interests/", interests.interests, name="my-interests"),
    path("my/searches/", searches.saved, name="my-searches"),
    path("my/searches/save/", searches.save, name="my-search-save"),
    path("my/searches/<int:number>/", searches.change, name="my-search"),
    path("privacy/", home.privacy, name="privacy"),
    path("language/", switches.language, name="language"),
    path("theme/", switches.theme, name="theme"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("api/v1/", include("shuren.web.api.urls")),
    path("oai", oai, name="oai"),
    path("workbench/", include("shuren.web.workbench.urls")),
]
