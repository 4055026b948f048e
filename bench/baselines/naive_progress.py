"""The quarters of a year as one writes the page first: objects with their reports, the template asks for the rest."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bench.baselines.naive_list import STATUSES, Agency, Deadline, Role

QUARTERS = [(number, f"TW {number}") for number in (1, 2, 3, 4)]


class Program(models.Model):
    agency = models.ForeignKey(Agency, models.CASCADE)
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=300)

    class Meta:
        app_label = "naive"


class Report(models.Model):
    program = models.ForeignKey(Program, models.CASCADE, related_name="reports")
    year = models.SmallIntegerField()
    quarter = models.SmallIntegerField()
    status = models.CharField(max_length=12, choices=STATUSES)
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    late = models.BooleanField()
    corrections = models.SmallIntegerField()
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "naive"


class Period(models.Model):
    year = models.SmallIntegerField()
    quarter = models.SmallIntegerField()
    due_at = models.DateTimeField()

    class Meta:
        app_label = "naive"

    @property
    def is_over(self) -> bool:
        return self.due_at <= timezone.now()


class Filter(forms.Form):
    q = forms.CharField(required=False, label="Cari program atau OPD")
    agency = forms.ModelChoiceField(Agency.objects.all(), required=False, label="OPD")
    quarter = forms.ChoiceField(choices=QUARTERS, required=False, label="Triwulan")
    year = forms.IntegerField(required=False, label="Tahun")


@login_required
def progress(request: HttpRequest) -> HttpResponse:
    year = int(request.GET.get("year", 2022))
    reports = Prefetch("reports", Report.objects.filter(year=year))
    rows = Program.objects.select_related("agency").prefetch_related(reports).order_by("code")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    periods = list(Period.objects.filter(year=year).order_by("quarter"))
    for row in page:
        there = {report.quarter: report for report in row.reports.all()}
        row.cells = [(period, there.get(period.quarter)) for period in periods]
    context = {
        "form": Filter(request.GET),
        "page": page,
        "year": year,
        "periods": periods,
        "roles": Role.objects.filter(user_id=request.user.pk).select_related("agency"),
        "waiting": Report.objects.filter(status="submitted").count(),
        "deadline": Deadline.objects.filter(until__gt=timezone.now()).order_by("until").first(),
    }
    return render(request, "naive_progress.html", context)
