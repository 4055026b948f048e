"""Addresses of the agencies' work, in the order a person meets them."""

from django.urls import path

from opd.views import evidence, exports, finding, imports, preferences, quick_wins, verification, workspace

app_name = "opd"

urlpatterns = [
    path("", workspace.home, name="home"),
    path("workspace/", workspace.workspace, name="workspace"),
    path("quick-wins/", quick_wins.quick_wins, name="quick_wins"),
    path("quick-wins/new/", quick_wins.create, name="quick_win_create"),
    path("quick-wins/<int:pk>/", quick_wins.detail, name="quick_win"),
    path("quick-wins/<int:pk>/edit/", quick_wins.edit, name="quick_win_edit"),
    path("quick-wins/<int:pk>/sections/<slug:section>/", quick_wins.section, name="quick_win_section"),
    path("quick-wins/<int:pk>/moves/<slug:name>/", quick_wins.move, name="quick_win_move"),
    path("quick-wins/<int:pk>/evidence/", evidence.add, name="evidence_add"),
    path("quick-wins/<int:pk>/links/", evidence.add_link, name="evidence_link"),
    path("evidence/<int:pk>/", evidence.edit, name="evidence_edit"),
    path("evidence/<int:pk>/remove/", evidence.remove, name="evidence_delete"),
    path("evidence/<int:pk>/file/", evidence.file, name="evidence_file"),
    path("evidence/<int:pk>/preview/", evidence.preview, name="evidence_preview"),
    path("queue/", verification.queue, name="queue"),
    path("quick-wins/<int:pk>/review/", verification.review, name="review"),
    path("quick-wins/<int:pk>/notes/", verification.note, name="note_save"),
    path("notes/<int:pk>/reply/", verification.reply, name="note_reply"),
    path("receipts/<slug:number>/", quick_wins.receipt, name="receipt"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.detail, name="import"),
    path("imports/<int:pk>/columns/", imports.columns, name="import_map"),
    path("imports/<int:pk>/check/", imports.check, name="import_check"),
    path("imports/<int:pk>/save/", imports.save, name="import_save"),
    path("imports/<int:pk>/again/", imports.again, name="import_again"),
    path("imports/<int:pk>/refused/", imports.refused, name="import_refused"),
    path("exports/<slug:what>/", exports.export, name="export"),
    path("templates/<slug:what>/", exports.template, name="template"),
    path("search/", finding.search, name="search"),
    path("preferences/theme/", preferences.theme, name="theme"),
]
