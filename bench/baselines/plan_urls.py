"""Addresses of the baselines of the plan."""

from django.urls import path

from bench.baselines import hello, naive_progress

urlpatterns = [
    path("hello", hello.hello),
    path("naive-progress", naive_progress.progress),
]
