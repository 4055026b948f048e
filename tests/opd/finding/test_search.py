"""The search box: Indonesian stems, what each person may find, what is marked, what it costs."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client

from opd import actions
from opd.models import Finding, QuickWin, User
from smartcity.lib.search import excerpt, marked, stem
from tests import scenarios
from tests.scenarios import House, again, fresh

As = Callable[..., Client]
Count = Callable[[Callable[[], object]], int]


def found(user: User, query: str) -> set[str]:
    rows = Finding.objects.visible_to(fresh(user)).finding(query)
    return set(rows.values_list("source", flat=True))


@pytest.mark.parametrize(
    ("written", "asked", "hit"),
    [
        ("Kami melayani warga", "pelayanan", True),
        ("Pelayanan terpadu", "melayani", True),
        ("Pembangunan jalan lingkungan", "membangun", True),
        ("Kesehatan ibu", "sehat", True),
        ("Pelayanan terpadu", "pelayanan warga", False),
        ("Anak-anak pesisir", "anak", True),
        ("Perwako 84/2020", "84", True),
        ("Perwako 84/2020", "perwako 2020", True),
        ("Kode 2.16.03.2.02.09", "2.16.03.2.02.09", True),
        ("Café terbuka", "cafe", True),
        ("MENARA pantau", "menara", True),
        ("versi 2e10 dan 10x", "2e10", True),
        ("pos@kota.example.go.id", "kota", True),
        ("Nilai C++ & 100%", "100%", True),
        ("apa pun", '" OR 1=1 --', False),
        ("apa pun", "apa'); DROP TABLE x", False),
        ("apa pun", "***", False),
        ("apa pun", "NEAR(apa pun)", False),
        ("tidak dan atau", "dan", True),
    ],
)
def test_words(written: str, asked: str, hit: bool, house: House) -> None:
    """The same table holds on both databases: the suite runs on each."""
    scenarios.draft(house, name=f"{written} zzz", problem="")
    assert found(house.operator, asked) == ({"quick_win"} if hit else set())


def test_the_stem_is_one_on_both_sides() -> None:
    assert len({stem(word) for word in ("pelayanan", "melayani", "layanan", "dilayani")}) == 1


SEES_RETURNED = {"operator", "head"}, {"reviewer", "planner", "auditor"}


def test_a_returned_item_is_found_by_what_was_submitted(house: House, cast: dict[str, User]) -> None:
    row = scenarios.returned(house, problem="Kata lama KENARILAMA", notes={"problem": "Mohon KENARICATATAN"})
    row = again(row)
    actions.save_section(
        pk=row.pk,
        section="problem",
        values={"problem": "Kata baru KENARIBARU"},
        unreadable={},
        version=row.section_version("problem"),
        by=fresh(house.operator),
    )
    own, city = SEES_RETURNED
    for name, user in cast.items():
        assert found(user, "KENARIBARU") == ({"quick_win"} if name in own else set()), name
        assert found(user, "KENARILAMA") == ({"quick_win"} if name in city else set()), name
        note = found(user, "KENARICATATAN")
        assert bool(note) == (name in own | city), name
    scenarios.submit(row, house)
    assert found(cast["reviewer"], "KENARIBARU") == {"quick_win"}
    assert found(cast["reviewer"], "KENARILAMA") == set()


def test_drafts_and_unsent_notes_are_nobody_elses(house: House, cast: dict[str, User]) -> None:
    scenarios.proposed(house, problem="KENARIDRAF")
    waiting = scenarios.submitted(house)
    actions.write_note(owner=waiting, field="problem", text="KENARIBELUM", by=house.decider)
    for name, user in cast.items():
        assert bool(found(user, "KENARIDRAF")) == (name in ("operator", "head")), name
        assert found(user, "KENARIBELUM") == set(), name


def test_leadership_finds_what_is_verified_but_not_the_talk(house: House, cast: dict[str, User]) -> None:
    row = scenarios.returned(house, problem="KENARIISI", notes={"problem": "KENARICATATAN"})
    row.notes.update(answered_at=row.updated_at, answered_by=house.operator)
    scenarios.submit(row, house)
    assert found(cast["leader"], "KENARIISI") == set()
    actions.move(pk=row.pk, name="verify", by=house.decider)
    assert found(cast["leader"], "KENARIISI") == {"quick_win"}
    assert found(cast["leader"], "KENARICATATAN") == set()
    assert found(cast["reviewer"], "KENARICATATAN")


def test_what_a_head_tells_the_operator_stays_in_the_agency(house: House, cast: dict[str, User]) -> None:
    row = scenarios.returned(house)
    actions.move(pk=row.pk, name="propose", by=fresh(house.operator))
    actions.move(pk=row.pk, name="send_back", by=fresh(cast["head"]), note="KENARIDALAM")
    assert found(cast["operator"], "KENARIDALAM")
    for name in ("reviewer", "planner", "auditor", "leader"):
        assert found(cast[name], "KENARIDALAM") == set(), name


def test_evidence_by_the_name_it_was_submitted_with(house: House, cast: dict[str, User]) -> None:
    row = scenarios.complete(house, evidence=False)
    piece = scenarios.add_link(row, by=house.operator, title="Berita acara KENARIBUKTI")
    assert found(house.operator, "kenaribukti") == {f"evidence-{piece.pk}"}
    assert found(cast["reviewer"], "kenaribukti") == set()
    row = scenarios.send_back(scenarios.submit(row, house), house)
    assert found(cast["reviewer"], "kenaribukti") == {f"evidence-{piece.pk}"}
    actions.change_evidence(
        pk=piece.pk, values={"title": "KENARIGANTI"}, version=piece.version, by=fresh(house.operator)
    )
    late = scenarios.add_link(row, by=fresh(house.operator), title="KENARIBARU")
    assert found(cast["reviewer"], "kenariganti") == found(cast["reviewer"], "kenaribaru") == set()
    assert found(house.operator, "kenaribaru") == {f"evidence-{late.pk}"}
    actions.remove_evidence(pk=piece.pk, by=fresh(house.operator))
    assert found(cast["reviewer"], "kenaribukti") == found(house.operator, "kenariganti") == set()


def test_rebuilding_finds_the_same(house: House, houses: dict[str, House]) -> None:
    scenarios.returned(house, notes={"problem": "Satu"})
    scenarios.verified(houses["DISHUB"])
    scenarios.recorded(house)
    names = ("source", "audience", "title", "text", "terms", "opd", "evidence", "field_note")
    kept = sorted(Finding.objects.exclude(quick_win__status="recorded").values_list(*names), key=str)
    Finding.objects.all().delete()
    call_command("rebuild_search", verbosity=0)
    rows = Finding.objects.exclude(quick_win__status="recorded")
    assert sorted(rows.values_list(*names), key=str) == kept
    assert found(house.decider, "dikenal berita") == {"quick_win"}


def test_pages(house: House, cast: dict[str, User], as_: As) -> None:
    scenarios.submitted(house, problem="<script>alert(1)</script> Pelayanan lambat")
    page = as_(cast["reviewer"]).get("/search/", {"q": "melayani <b>"}).text
    assert "<b>" not in page.split("<h1>")[1].split("</h1>")[0]
    page = as_(cast["reviewer"]).get("/search/", {"q": "melayani"}).text
    assert "<mark>Pelayanan</mark>" in page
    assert "<script>alert" not in page
    for name in ("assessor", "administrator", "without_role"):
        assert as_(cast[name]).get("/search/", {"q": "melayani"}).status_code == 403, name


def test_pages_of_one_kind(house: House, as_: As) -> None:
    for number in range(27):
        scenarios.draft(house, name=f"Pelayanan {number}")
    client = as_(house.operator)
    first = client.get("/search/", {"q": "pelayanan"})
    assert first.text.count('<a href="/quick-wins/') == 5 + first.text.count('href="/quick-wins/"')
    one = client.get("/search/", {"q": "pelayanan", "kind": "quick_win"}).context["page"]
    two = client.get("/search/", {"q": "pelayanan", "kind": "quick_win", "page": one.next_page_number})
    seen = [row.pk for row in [*one.object_list, *two.context["page"].object_list]]
    assert len(set(seen)) == len(seen) == QuickWin.objects.count() == 27
    for page in ("x", "%00", "a" * 900):
        assert (
            client.get("/search/", {"q": "pelayanan", "kind": "quick_win", "page": page}).status_code == 200
        )
    assert client.get("/search/", {"q": "\0" * 9 + "pelayanan" * 90}).status_code == 200


def test_what_a_search_costs(
    houses: dict[str, House], cast: dict[str, User], as_: As, count_queries: Count
) -> None:
    client, seen = as_(cast["reviewer"]), []
    client.get("/search/", {"q": "kalender"})
    for wave in (1, 4):
        for _number in range(wave):
            scenarios.returned(houses["DISBUDPAR"], notes={"problem": "Kalender mana?"})
            scenarios.submitted(houses["DISHUB"])
        seen.append(count_queries(lambda: client.get("/search/", {"q": "kalender"})))
    assert seen[0] == seen[1]


def test_marks_are_escaped() -> None:
    assert (
        marked("a <i> & pelayanan", "melayani i") == "a &lt;<mark>i</mark>&gt; &amp; <mark>pelayanan</mark>"
    )


def test_an_excerpt_is_about_what_was_found() -> None:
    text = "awal " * 100 + "pelayanan " + "akhir " * 100
    part = excerpt(text, "melayani")
    assert "pelayanan" in part
    assert part.startswith("… ")
    assert part.endswith(" …")
    assert len(part) < 250
