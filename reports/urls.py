"""Addresses of the reports, in the order a person meets them."""

from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("", views.reports, name="reports"),
    path("new/", views.create, name="report_create"),
    path("<int:pk>/", views.report, name="report"),
    path("<int:pk>/status/", views.status, name="report_status"),
    path("<int:pk>/file/", views.download, name="report_download"),
    path("<int:pk>/retry/", views.retry, name="report_retry"),
]
