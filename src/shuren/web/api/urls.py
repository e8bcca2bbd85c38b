"""Everything below /api/v1/."""

from django.urls import path

from shuren.web.api import (
    about,
    catalogue,
    datasets,
    document,
    figures,
    indicators,
    lineage,
    loads,
    marts,
    own,
    services,
)
from shuren.web.api.endpoint import api

# Importing a module of operations adds them to the API.
OPERATIONS = (about, catalogue, marts, figures, indicators, loads, lineage, datasets, services)

urlpatterns = [
    path("openapi.json", document.openapi, name="api-document"),
    path("docs", document.docs, name="api-docs"),
    path("my/openapi.json", own.openapi, name="own-api-document"),
    path("my/", own.own.urls),
    path("", api.urls),
]
