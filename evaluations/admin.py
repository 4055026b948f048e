"""Reference data behind the same login: instruments are loaded from files, never typed here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from evaluations.models import Instrument, Question, RubricLevel, Section


class ReadOnly(admin.ModelAdmin):
    """Rows to look at: an instrument in use must stay what it was."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Instrument)
class InstrumentAdmin(ReadOnly):
    list_display = ["code", "version", "year", "title", "official", "dimension_set", "loaded_at"]


@admin.register(Section)
class SectionAdmin(ReadOnly):
    list_display = ["instrument", "order", "code", "weight", "method"]
    list_filter = ["instrument"]


@admin.register(Question)
class QuestionAdmin(ReadOnly):
    list_display = ["code", "instrument", "section", "kind", "area", "text"]
    list_filter = ["instrument", "section"]
    list_select_related = ["instrument", "section", "area"]


@admin.register(RubricLevel)
class RubricLevelAdmin(ReadOnly):
    list_display = ["instrument", "rubric", "score", "label"]
    list_filter = ["instrument"]
