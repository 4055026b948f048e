"""A list page as one writes it first: rows are model objects, the template asks them for everything it prints."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

STATUSES = [
    ("draft", "Draf"),
    ("proposed", "Di kepala OPD"),
    ("submitted", "Diajukan"),
    ("returned", "Dikembalikan"),
    ("verified", "Terverifikasi"),
    ("recorded", "Dari sumber publik"),
]


class Agency(models.Model):
    short = models.CharField(max_length=20)

    class Meta:
        app_label = "naive"


class Role(models.Model):
    """Who somebody is, for the bar at the top."""

    user_id = models.IntegerField(db_index=True)
    name = models.CharField(max_length=20)
    agency = models.ForeignKey(Agency, models.CASCADE)

    class Meta:
        app_label = "naive"


class Deadline(models.Model):
    """A date everybody works towards."""

    label = models.CharField(max_length=60)
    until = models.DateTimeField()

    class Meta:
        app_label = "naive"


class Dimension(models.Model):
    name = models.CharField(max_length=60)
    letter = models.CharField(max_length=2)
    hue = models.SmallIntegerField()

    class Meta:
        app_label = "naive"

    def __str__(self) -> str:
        return self.name


class QuickWin(models.Model):
    agency = models.ForeignKey(Agency, models.CASCADE)
    dimension = models.ForeignKey(Dimension, models.CASCADE)
    number = models.IntegerField()
    year = models.SmallIntegerField()
    name = models.CharField(max_length=200)
    acronym = models.CharField(max_length=60)
    confirmed = models.BooleanField()
    status = models.CharField(max_length=12, choices=STATUSES)
    filled = models.SmallIntegerField()
    total = models.SmallIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        app_label = "naive"

    @property
    def title(self) -> str:
        return self.acronym or self.name


class Filter(forms.Form):
    q = forms.CharField(required=False, label="Cari nama atau OPD")
    dimension = forms.ModelChoiceField(Dimension.objects.all(), required=False, label="Dimensi")
    status = forms.ChoiceField(choices=[("", "Semua"), *STATUSES], required=False, label="Status")
    year = forms.IntegerField(required=False, label="Tahun")


@login_required
def quick_wins(request: HttpRequest) -> HttpResponse:
    rows = QuickWin.objects.filter(year=2022).select_related("agency", "dimension").order_by("number")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {
        "form": Filter(request.GET),
        "page": page,
        "year": 2022,
        "roles": Role.objects.filter(user_id=request.user.pk).select_related("agency"),
        "waiting": QuickWin.objects.filter(year=2022, status="submitted").count(),
        "deadline": Deadline.objects.filter(until__gt=timezone.now()).order_by("until").first(),
    }
    return render(request, "naive_list.html", context)
