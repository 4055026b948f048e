"""Addresses of the reports, in the order a person meets them."""

from django.urls import path

from reports import views
from reports.dossier import views as dossiers
from reports.minutes import views as minutes

app_name = "reports"

urlpatterns = [
    path("", views.reports, name="reports"),
    path("new/", views.create, name="report_create"),
    path("<int:pk>/", views.report, name="report"),
    path("<int:pk>/status/", views.status, name="report_status"),
    path("<int:pk>/file/", views.download, name="report_download"),
    path("<int:pk>/retry/", views.retry, name="report_retry"),
    # the dossiers of a window, for the panel and those who work with it
    path("windows/<int:pk>/dossiers/", dossiers.dossiers, name="dossiers"),
    path("windows/<int:pk>/dossiers/build/", dossiers.create, name="dossier_create"),
    path("dossiers/<int:pk>/status/", dossiers.status, name="dossier_status"),
    path("dossiers/<int:pk>/file/", dossiers.download, name="dossier_download"),
    path("dossiers/<int:pk>/retry/", dossiers.retry, name="dossier_retry"),
    # the minutes of a window's panel: made of a closed consensus, for whoever reads it
    path("windows/<int:pk>/minutes/", minutes.minutes, name="minutes"),
    path("consensus/<int:pk>/minutes/", minutes.status, name="minutes_status"),
    path("consensus/<int:pk>/minutes/build/", minutes.create, name="minutes_create"),
    path("minutes/<int:pk>/file/", minutes.download, name="minutes_download"),
    path("minutes/<int:pk>/retry/", minutes.retry, name="minutes_retry"),
]
