"""Addresses of the impact survey: the staff's pages, then the form that anybody may open."""

from django.urls import path, re_path

from surveys.views import public, recaps, rounds, sheets

app_name = "surveys"

urlpatterns = [
    path("surveys/", rounds.rounds, name="rounds"),
    path("surveys/new/", rounds.create, name="round_create"),
    path("surveys/<int:pk>/", rounds.detail, name="round"),
    path("surveys/<int:pk>/edit/", rounds.edit, name="round_edit"),
    path("surveys/<int:pk>/moves/<slug:name>/", rounds.move, name="round_move"),
    path("surveys/<int:pk>/services/<slug:code>/", rounds.service, name="service"),
    path("surveys/<int:pk>/windows/<int:window_pk>/", rounds.take_over, name="take_over"),
    path("surveys/services/<int:pk>/confirm/", rounds.confirm, name="confirm"),
    path("surveys/services/<int:pk>/recap/", recaps.recap, name="recap"),
    path("surveys/forms/<slug:code>/print/", sheets.print_sheet, name="print"),
    path("surveys/forms/<slug:code>/qr.svg", sheets.code_image, name="qr"),
    path("surveys/forms/<slug:code>/help/", public.help_respondent, name="help"),
    # on posters and read aloud, so it is short, and capitals do no harm
    re_path(r"^s/(?P<code>[0-9A-Za-z]{1,12})/$", public.answer, name="answer"),
]
