"""A question backed by data: the figure before and after is typed, kept, frozen and read."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from evaluations import actions, figures
from evaluations.loading import load
from evaluations.models import Answer, EvaluationWindow, Instrument, LateEntry
from smartcity.lib import clock
from tests.evaluations.builders import OPENS, as_file

SCRIPT = {"HTTP_X_REQUESTED_WITH": "autosave"}
TYPED = {
    "self_score": "3",
    "text": "Rekap aplikasi.",
    "indicator": "Permohonan daring",
    "unit": "berkas",
    "before": "1.200,5",
    "before_period": "2021",
    "after": "3.400",
    "after_period": "2022",
    "source": "Rekap aplikasi perizinan",
}
STORED = {
    "indicator": "Permohonan daring",
    "unit": "berkas",
    "before": "1200.5",
    "before_period": "2021",
    "after": "3400",
    "after_period": "2022",
    "source": "Rekap aplikasi perizinan",
}
LINE = "Permohonan daring, berkas: sebelum 1.200,5 (2021), sesudah 3.400 (2022) (+2.199,5)"


@pytest.fixture
def instrument(small: dict[str, Any], db: None) -> Instrument:
    """The small instrument, its question B-1 backed by data."""
    rows = (row for section in small["sections"] for row in section["questions"])
    next(row for row in rows if row["code"] == "B-1")["kind"] = "data"
    return load(as_file(small))


@pytest.fixture
def desk(cast) -> Client:
    client = Client()
    client.force_login(cast["planner"])
    return client


def address(window: EvaluationWindow, code: str = "B-1") -> str:
    return f"/windows/{window.pk}/answers/{code}/"


def test_figures_are_kept_as_typed_and_shown_again(window, desk):
    assert desk.post(address(window), TYPED | {"version": "0"}, **SCRIPT).json()["version"] == 1
    assert Answer.objects.get().figures == STORED
    page = desk.get(address(window)).text
    for value in ("1.200,5", "3.400", "Permohonan daring", "Rekap aplikasi perizinan"):
        assert f'value="{value}"' in page


def test_only_a_data_question_asks_for_them(window, desk):
    page = desk.get(address(window, "B-2")).text
    assert 'name="indicator"' not in page
    desk.post(address(window, "B-2"), TYPED | {"version": "0"}, **SCRIPT)
    assert Answer.objects.get().figures is None


def test_a_figure_that_cannot_be_read_is_said_at_its_field(window, desk):
    reply = desk.post(address(window), TYPED | {"version": "0", "after": "3.4"}, **SCRIPT)
    assert (reply.status_code, list(reply.json()["errors"])) == (422, ["after"])
    page = desk.post(address(window), TYPED | {"version": "0", "after": "tiga"})
    assert page.status_code == 422
    assert 'value="tiga"' in page.text
    assert 'value="Permohonan daring"' in page.text
    assert not Answer.objects.exists()


def test_two_people_see_both_figures(window, desk):
    desk.post(address(window), TYPED | {"version": "0"}, **SCRIPT)
    reply = desk.post(address(window), TYPED | {"version": "0", "after": "4.000"}, **SCRIPT)
    assert reply.status_code == 409
    assert "3.400" in reply.json()["conflict_html"]
    assert "4.000" in reply.json()["conflict_html"]


def test_figures_that_come_too_late_are_kept_for_their_author(open_window, cast):
    with pytest.raises(actions.TooLate):
        actions.save_answer(
            window=open_window, question_code="B-1", self_score=Decimal(3), text="Kata.", figures=STORED,
            version=0, by=cast["planner"],
        )  # fmt: skip
    assert LateEntry.objects.get().remark == f"Kata.\n{LINE} Sumber: Rekap aplikasi perizinan."


def test_the_panel_reads_the_frozen_figures(window, seat, colleague_seat, cast, desk):
    desk.post(address(window), TYPED | {"version": "0"}, **SCRIPT)
    with clock.at(OPENS):
        actions.open_window(window, by=cast["reviewer"])
        actions.declare(seat, by=cast["assessor"])
    Answer.objects.update(figures=None)
    panel = Client()
    panel.force_login(cast["assessor"])
    assert LINE in panel.get(f"/material/{window.pk}/").text
    assert LINE in panel.get(f"/sheets/{window.pk}/questions/B-1/").text


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (None, ""),
        ({"after": "0", "after_period": "2022"}, "sebelum tidak diisi, sesudah 0 (2022)"),
        ({"unit": "menit", "before": "60", "after": "12.5"}, "menit: sebelum 60, sesudah 12,5 (-47,5)"),
        ({"unit": "menit", "before": "3", "after": "3"}, "menit: sebelum 3, sesudah 3 (0)"),
    ],
    ids=["none", "half", "less", "same"],
)  # fmt: skip
def test_the_line_says_what_is_there(given, line):
    whole = None if given is None else dict.fromkeys(figures.NAMES, "") | given
    assert figures.sentence(whole) == line


def test_zero_is_a_figure_and_nothing_typed_is_none():
    empty = dict.fromkeys(figures.TEXTS, "  ") | dict.fromkeys(figures.NUMBERS)
    assert figures.stored(empty) is None
    kept = figures.stored(empty | {"after": Decimal("0.0000")})
    assert kept is not None
    assert kept["after"] == "0"
    assert "after" not in figures.lacking(kept)
    assert figures.lacking(STORED) == []
