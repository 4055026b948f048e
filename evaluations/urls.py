"""Addresses of the evaluation, in the order a person meets them."""

from django.urls import path

from evaluations.views import (
    answer_list,
    answers,
    city,
    city_plan,
    clarification_moves,
    clarifications,
    exhibits,
    forecast,
    instrument_drafts,
    instruments,
    material,
    panel,
    results,
    sheet,
    trend,
    windows,
)

app_name = "evaluations"

urlpatterns = [
    path("city/", city.city, name="city"),
    path("city/plan/", city_plan.city_plan, name="city_plan"),
    # the window, for the city
    path("windows/", windows.windows, name="windows"),
    path("windows/new/", windows.create, name="window_create"),
    path("windows/<int:pk>/", windows.detail, name="window"),
    path("windows/<int:pk>/edit/", windows.edit, name="window_edit"),
    path("windows/<int:pk>/moves/<slug:name>/", windows.move, name="window_move"),
    path("windows/<int:pk>/extend/", windows.extend, name="window_extend"),
    path("windows/<int:pk>/seats/", panel.seats, name="seats"),
    path("windows/<int:pk>/seats/<int:seat_pk>/remove/", panel.remove, name="seat_remove"),
    # the self-assessment, for the city and the agencies it asks
    path("answers/", answer_list.own_answers, name="own_answers"),
    path("windows/<int:pk>/answers/", answer_list.answers, name="answers"),
    path("windows/<int:pk>/answers/assign/", answer_list.assign, name="answers_assign"),
    path("windows/<int:pk>/answers/<slug:code>/", answers.answer, name="answer"),
    path("answers/<int:pk>/moves/<slug:name>/", answers.move, name="answer_move"),
    path("answers/<int:pk>/evidence/", exhibits.add, name="exhibit_add"),
    path("answers/<int:pk>/links/", exhibits.add_link, name="exhibit_link"),
    path("answers/<int:pk>/reuse/", exhibits.reuse, name="exhibit_reuse"),
    path("exhibits/<int:pk>/", exhibits.edit, name="exhibit_edit"),
    path("exhibits/<int:pk>/remove/", exhibits.remove, name="exhibit_delete"),
    path("exhibits/<int:pk>/file/", exhibits.file, name="exhibit_file"),
    path("exhibits/<int:pk>/preview/", exhibits.preview, name="exhibit_preview"),
    path("windows/<int:pk>/forecast/", forecast.forecast_page, name="forecast"),
    path("windows/<int:pk>/result/", results.result, name="result"),
    path("results/years/", trend.trend, name="trend"),
    # question lists
    path("instruments/", instruments.instruments, name="instruments"),
    path("instruments/upload/", instrument_drafts.upload, name="instrument_upload"),
    path("instruments/<int:pk>/", instruments.detail, name="instrument"),
    path("instruments/<int:pk>/copy/", instruments.copy, name="instrument_copy"),
    path("instruments/<int:pk>/differences/", instruments.compare, name="instrument_compare"),
    path("instruments/<int:pk>/file/<slug:kind>/", instruments.download, name="instrument_file"),
    path("instruments/drafts/<int:pk>/", instrument_drafts.draft, name="instrument_draft"),
    path("instruments/drafts/<int:pk>/load/", instrument_drafts.load, name="instrument_load"),
    path("instruments/drafts/<int:pk>/edit/", instrument_drafts.mend, name="instrument_mend"),
    path(
        "instruments/drafts/<int:pk>/questions/<slug:code>/",
        instrument_drafts.mend_question,
        name="instrument_mend_question",
    ),
    path(
        "instruments/drafts/<int:pk>/file/<slug:kind>/",
        instrument_drafts.draft_file,
        name="instrument_draft_file",
    ),
    # the sheet, for assessors
    path("sheets/", sheet.sheets, name="sheets"),
    path("sheets/<int:pk>/", sheet.sheet, name="sheet"),
    path("sheets/<int:pk>/declaration/", panel.declare, name="declare"),
    path("sheets/<int:pk>/questions/<slug:code>/", sheet.score, name="score"),
    path("sheets/<int:pk>/questions/<slug:code>/ask/", clarification_moves.ask, name="clarification_ask"),
    path("sheets/<int:pk>/hand-in/", sheet.hand_in, name="hand_in"),
    # the clarification desk: assessors ask, agencies answer, the city watches the clock
    path("clarifications/", clarifications.board, name="clarifications"),
    path("clarifications/<int:pk>/", clarifications.detail, name="clarification"),
    path("clarifications/<int:pk>/reply/", clarifications.reply, name="clarification_reply"),
    path("clarifications/<int:pk>/files/", clarifications.attach, name="clarification_attach"),
    path(
        "clarifications/<int:pk>/files/<int:file_pk>/remove/",
        clarifications.detach,
        name="clarification_file_remove",
    ),
    path("clarifications/<int:pk>/files/<slug:sha256>/", clarifications.file, name="clarification_file"),
    path(
        "clarifications/<int:pk>/previews/<slug:sha256>/",
        clarifications.preview,
        name="clarification_preview",
    ),
    path("clarifications/<int:pk>/withdraw/", clarification_moves.withdraw, name="clarification_withdraw"),
    path("clarifications/<int:pk>/extend/", clarification_moves.extend, name="clarification_extend"),
    path("clarifications/<int:pk>/pass-on/", clarification_moves.pass_on, name="clarification_pass_on"),
    # the frozen material, for both
    path("material/<int:pk>/", material.material, name="material"),
    path("material/<int:pk>/files/<slug:sha256>/", material.snapshot_file, name="snapshot_file"),
    path("material/<int:pk>/previews/<slug:sha256>/", material.snapshot_preview, name="snapshot_preview"),
]
