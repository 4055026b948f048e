"""Addresses of the baselines."""

from django.urls import path

from bench.baselines import hello, naive_list

urlpatterns = [
    path("hello", hello.hello),
    path("one-query", hello.one_query),
    path("naive-list", naive_list.quick_wins),
]
