from django.urls import path

from shuren.web.workbench import (
    contracts,
    insight,
    keys,
    lineage,
    lineage_rows,
    quality,
    quarantine,
    sources,
    today,
)

app_name = "workbench"

urlpatterns = [
    path("", today.today, name="today"),
    path("sources/", sources.sources, name="sources"),
    path("loads/<str:load_id>/", sources.load, name="load"),
    path("loads/<str:load_id>/receipt.json", sources.load_json, name="load-json"),
    path("loads/<str:load_id>/receipt.txt", sources.load_text, name="load-text"),
    path("quarantine/", quarantine.index, name="quarantine"),
    path("quarantine/<str:load_id>/", quarantine.browse, name="quarantine-load"),
    path("quarantine/<str:load_id>/replay/", quarantine.replay_rows, name="quarantine-replay"),
    path("quarantine/<str:load_id>/<int:row>/", quarantine.mend, name="quarantine-row"),
    path("quality/", quality.index, name="quality"),
    path("quality/<slug:contract_id>/", quality.contract, name="quality-contract"),
    path("tasks/", quality.tasks, name="tasks"),
    path("tasks/<int:task_id>/", quality.task, name="task"),
    path("keys/", keys.keys, name="keys"),
    path("keys/<slug:key_id>/rotate/", keys.rotate, name="key-rotate"),
    path("keys/<slug:key_id>/revoke/", keys.revoke, name="key-revoke"),
    path("contracts/", contracts.index, name="contracts"),
    path("contracts/<slug:contract_id>/", contracts.contract, name="contract"),
    path("contracts/<slug:contract_id>.yaml", contracts.odcs, name="contract-odcs"),
    path("insight/figures/<slug:figure_id>/", insight.definition, name="figure"),
    path("insight/figures/<slug:figure_id>.csv", insight.csv_file, name="figure-csv"),
    path("insight/<slug:dashboard_id>/", insight.dashboard, name="dashboard"),
    path("lineage/", lineage.index, name="lineage"),
    path("lineage/impact/", lineage.impact, name="impact"),
    path("lineage/figures/<slug:figure_id>/", lineage_rows.behind, name="rows-behind"),
    path("lineage/loads/<str:load_id>/<int:line>/", lineage_rows.row, name="row"),
]
