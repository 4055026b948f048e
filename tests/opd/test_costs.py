"""What a page costs does not grow with what it shows: two rows or twenty, one piece of evidence or ten."""

from collections.abc import Callable

import pytest
from django.test import Client

from opd import actions
from opd.models import Opd, QuickWin, StoredFile, User
from tests import scenarios
from tests.scenarios import House, grant

As = Callable[..., Client]
Count = Callable[[Callable[[], object]], int]


def more_agencies(house: House, count: int) -> list[House]:
    """Agencies with an operator each: a list of one agency would hide what is asked once per agency."""
    made = []
    for number in range(Opd.objects.count(), Opd.objects.count() + count):
        opd = Opd.objects.create(
            city=house.opd.city, short=f"OPD{number}", official_name=f"Dinas {number}", kind="dinas"
        )
        operator = User.objects.create(username=f"operator-{number}")
        grant(operator, "operator", opd.city, opd)
        made.append(House(opd, operator, None, house.decider))
    return made


def costs(client: Client, count: Count, address: str) -> int:
    client.get(address)  # the first visit also reads what is kept for the session
    return count(lambda: client.get(address))


def test_lists_of_the_city(
    houses: dict[str, House], cast: dict[str, User], as_: As, count_queries: Count
) -> None:
    lists = {"/queue/": ("reviewer", "planner", "auditor"), "/quick-wins/": ("reviewer", "auditor")}
    clients = {name: as_(cast[name]) for name in lists["/queue/"]}
    seen: list[dict[tuple[str, str], int]] = []
    for wave in (2, 18):
        for agency in more_agencies(houses["DISHUB"], wave):
            scenarios.submitted(agency)
            scenarios.draft(agency)
        seen.append(
            {
                (address, name): costs(clients[name], count_queries, address)
                for address, names in lists.items()
                for name in names
            }
        )
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name", ["operator", "head"])
def test_the_workspace(name: str, house: House, cast: dict[str, User], as_: As, count_queries: Count) -> None:
    """With everything it may hold: drafts, returned ones with notes, proposed ones, and what others have."""
    client, seen = as_(cast[name]), []
    for wave in (1, 4):
        for _number in range(wave):
            scenarios.draft(house)
            scenarios.returned(house, notes={"target": "Per tahun?", "unit": "Satuan?"})
            scenarios.proposed(house)
            scenarios.verified(house)
        seen.append(costs(client, count_queries, "/workspace/"))
    assert seen[0] == seen[1]


def test_the_list_of_an_agency(house: House, as_: As, count_queries: Count) -> None:
    client, seen = as_(house.operator), []
    for wave in (2, 18):
        for _number in range(wave):
            scenarios.draft(house)
        seen.append(costs(client, count_queries, "/quick-wins/"))
    assert seen[0] == seen[1]


@pytest.fixture
def files(db: None) -> list[StoredFile]:
    return [
        StoredFile.objects.create(
            sha256=f"{number:064d}", media_type="image/jpeg", size=1000, has_preview=True
        )
        for number in range(10)
    ]


def attach(quick_win: QuickWin, house: House, stored: list[StoredFile]) -> None:
    for number, file in enumerate(stored):
        values = {"kind": "photo", "title": f"Foto {number}", "original_name": f"{number}.jpg"}
        actions.add_evidence(owner=quick_win, by=house.operator, stored=file, values=values)


@pytest.mark.parametrize("path", ["", "edit/"])
def test_pages_of_the_agency_by_evidence_and_notes(
    path: str, house: House, as_: As, count_queries: Count, files: list[StoredFile]
) -> None:
    few = scenarios.returned(house, notes={"target": "Per tahun?"})
    many = scenarios.returned(house, notes=dict.fromkeys(scenarios.TYPED["target"], "Jelaskan."))
    attach(few, house, files[:1])
    attach(many, house, files)
    client = as_(house.operator)
    assert costs(client, count_queries, f"/quick-wins/{few.pk}/{path}") == costs(
        client, count_queries, f"/quick-wins/{many.pk}/{path}"
    )


def test_an_autosave_and_the_list_after_an_upload(
    house: House, as_: As, count_queries: Count, files: list[StoredFile]
) -> None:
    few, many = scenarios.complete(house), scenarios.complete(house)
    attach(many, house, files)
    client, seen = as_(house.operator), []
    for quick_win in (few, many):
        data = scenarios.typed(quick_win, "problem", problem="Baru.")
        address = f"/quick-wins/{quick_win.pk}/sections/problem/"
        headers = {"X-Requested-With": "autosave"}
        seen.append(count_queries(lambda a=address, d=data, h=headers: client.post(a, d, headers=h)))  # type: ignore[misc]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("path", ["", "review/"])
def test_pages_of_the_reviewer_by_evidence_notes_and_history(
    path: str, house: House, as_: As, count_queries: Count, files: list[StoredFile]
) -> None:
    few = scenarios.submit(scenarios.returned(house), house)
    many = scenarios.complete(house)
    attach(many, house, files)
    for _round in range(4):
        scenarios.submit(many, house)
        scenarios.send_back(many, house)
    scenarios.submit(many, house)
    for field in scenarios.TYPED["target"]:
        actions.write_note(owner=many, field=field, text="Jelaskan.", by=house.decider)
    actions.write_note(owner=few, field="target", text="Jelaskan.", by=house.decider)
    client = as_(house.decider)
    assert costs(client, count_queries, f"/quick-wins/{few.pk}/{path}") == costs(
        client, count_queries, f"/quick-wins/{many.pk}/{path}"
    )


def test_a_receipt(house: House, as_: As, count_queries: Count, files: list[StoredFile]) -> None:
    few, many = scenarios.complete(house), scenarios.complete(house)
    attach(many, house, files)
    client = as_(house.operator)
    seen = [
        costs(
            client, count_queries, f"/receipts/{scenarios.receipt_of(scenarios.submit(row, house)).number}/"
        )
        for row in (few, many)
    ]
    assert seen[0] == seen[1]
