"""A score sheet as one writes it first: a formset of 36 forms drawn by crispy-forms, and 36 times `save()`."""

from django import forms
from django.db import models, transaction
from django.template import Context, Engine

QUESTIONS = 36
_TEMPLATE = "{% load crispy_forms_tags %}{{ formset|crispy }}"


class Score(models.Model):
    question = models.IntegerField()
    assessor = models.IntegerField()
    value = models.SmallIntegerField(default=0)
    remark = models.CharField(max_length=200, default="")

    class Meta:
        app_label = "naive"
        constraints = [models.UniqueConstraint(fields=["question", "assessor"], name="naive_score_once")]


class ScoreForm(forms.Form):
    value = forms.TypedChoiceField(choices=[(step, f"{step}, tingkat") for step in range(5)], coerce=int)
    remark = forms.CharField(max_length=200, required=False)


Sheet = forms.formset_factory(ScoreForm, extra=0)
INITIAL = [{"value": number % 5, "remark": "Bukti cukup."} for number in range(QUESTIONS)]


class Page:
    """The formset's page, its template compiled once."""

    def __init__(self) -> None:
        engine = Engine(libraries={"crispy_forms_tags": "crispy_forms.templatetags.crispy_forms_tags"})
        self._template = engine.from_string(_TEMPLATE)

    def render(self) -> str:
        return self._template.render(Context({"formset": Sheet(initial=INITIAL)}))


def fill() -> None:
    Score.objects.bulk_create(Score(question=number, assessor=1) for number in range(QUESTIONS))


def save_each() -> None:
    """Read 36 rows and save each, in one transaction."""
    with transaction.atomic():
        for score in Score.objects.filter(assessor=1):
            score.value = (score.value + 1) % 5
            score.save()
