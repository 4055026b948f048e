"""The letter through its pages: typed as offices type, warned not refused, hidden until published."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from evaluations import actions as evaluation
from evaluations.actions import officials as actions
from evaluations.models import OfficialResult, Result
from evaluations.others import published_by_others
from smartcity.lib import clock
from tests.evaluations.builders import CLOSES, score_all
from tests.evaluations.test_officials import AFTER

CANARY = "KANARI-SURAT"
TYPED = {
    "letter_number": CANARY, "letter_date": "2022-12-15", "index": "3,10", "rank_national": "60",
    "cohort": "141 daerah", "value_BASE": "3,20", "value_IMPACT": "3,00", "value_QW": "3,10", "dimension_GOV": "3,3",
    "key": "0" * 32,
}  # fmt: skip


@pytest.fixture
def closed(open_window, seat, colleague_seat):
    with clock.at(CLOSES - (CLOSES - open_window.opens_at) / 2):
        for one in (seat, colleague_seat):
            score_all(one)
            evaluation.hand_in(seat=one, by=one.user)
    with clock.at(CLOSES):
        evaluation.close_window(open_window)
    with clock.at(AFTER):
        yield open_window


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def enter(closed, cast, **typed):
    client = signed_in(cast["reviewer"])
    return client.post(
        reverse("evaluations:official_create"), TYPED | {"window": closed.pk} | typed, follow=True
    )


def test_a_letter_is_typed_warned_published_and_read(closed, cast):
    page = enter(closed, cast, index="3,40").content.decode()
    row = OfficialResult.objects.get()
    assert (row.index, row.values["BASE"], row.window) == (Decimal("3.4"), "3.20", closed)
    assert "3,10" in page
    assert "3,40" in page
    assert "Menurut bobot" in page
    pages = [
        reverse("evaluations:years"), reverse("evaluations:result", args=[closed.pk]), reverse("evaluations:city"),
    ]  # fmt: skip
    for name in ("leader", "auditor", "operator", "assessor"):
        client = signed_in(cast[name])
        assert client.get(row.get_absolute_url()).status_code == 404
        assert not any(CANARY in client.get(url).content.decode() for url in pages)
    planner = signed_in(cast["planner"])
    assert CANARY in planner.get(pages[1]).content.decode()
    planner.post(reverse("evaluations:official_move", args=[row.pk, "publish"]), {"version": row.version})
    before = Result.objects.get().digest
    leader = signed_in(cast["leader"])
    assert all(CANARY in leader.get(url).content.decode() for url in pages)
    text = leader.get(row.get_absolute_url()).content.decode()
    computed = Result.objects.get()
    assert computed.digest == before
    assert "3,40" in text
    assert "tidak ada yang dikoreksi" in text
    assert CANARY not in signed_in(cast["assessor"]).get(pages[1]).content.decode()
    operator = signed_in(cast["operator"]).get(row.get_absolute_url()).content.decode()
    assert "3,40" in operator
    assert "Hitungan portal" not in operator


@pytest.mark.parametrize(("typed", "words"), [({"index": "4,01"}, "4,00"), ({"index": "3.10"}, "3,10")])
def test_what_cannot_be_is_refused_and_what_was_typed_stays(closed, cast, typed, words):
    response = enter(closed, cast, **typed)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert CANARY in response.content.decode()
    assert not OfficialResult.objects.exists()


def test_pressing_twice_is_one_letter(closed, cast):
    enter(closed, cast)
    enter(closed, cast)
    assert OfficialResult.objects.count() == 1


def test_years_show_the_sign_of_the_improvement_and_label_each_number(closed, cast, city, instrument):
    client = signed_in(cast["reviewer"])
    values = {"letter_number": "A", "letter_date": AFTER.date(), "index": Decimal("2.87")}
    with clock.at(AFTER):
        earlier = actions.enter_official(
            by=cast["reviewer"],
            city=city,
            values=values | {"year": 2021, "stage": "Tahap I", "instrument": instrument},
        )
        actions.move_official(pk=earlier.pk, name="publish", by=cast["planner"], version=earlier.version)
    text = client.get(reverse("evaluations:years")).content.decode()
    assert "dihitung di portal" in text
    assert "2,87" in text
    enter(closed, cast)
    row = OfficialResult.objects.get(year=2022)
    actions.move_official(pk=row.pk, name="publish", by=cast["planner"], version=row.version)
    text = client.get(reverse("evaluations:years")).content.decode()
    assert "+0,23" in text
    assert "dihitung di portal" not in text


def test_other_cities_are_facts_with_a_source_and_of_the_year_asked_for(cast):
    rows = published_by_others()
    assert len(rows) == 24
    assert all(row.sources and 0 <= row.index <= 4 for row in rows)
    client = signed_in(cast["leader"])
    text = client.get(f"{reverse('evaluations:years')}?year=2024").content.decode()
    assert "Kota Jambi" in text
    assert "jambikota.go.id/content/931" in text
    assert "3,84 · 3,18" in text
    assert "Kota Surakarta" not in text
    assert client.get(f"{reverse('evaluations:years')}?year=9999").status_code == 200
