"""The outer doors of every address: method, login, forgery; and strange words at each of them."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from opd import urls
from opd.models import AuditEvent, City, QuickWin, User
from tests import scenarios
from tests.opd.posting import note_on
from tests.scenarios import House, again, grant, receipt_of

As = Callable[..., Client]

#: By name: the methods an address answers to, and its path for a submitted quick win.
ADDRESSES: dict[str, tuple[set[str], str]] = {
    "home": ({"GET"}, "/"),
    "workspace": ({"GET"}, "/workspace/"),
    "quick_wins": ({"GET"}, "/quick-wins/"),
    "quick_win_create": ({"GET", "POST"}, "/quick-wins/new/"),
    "quick_win": ({"GET"}, "/quick-wins/{pk}/"),
    "quick_win_edit": ({"GET"}, "/quick-wins/{pk}/edit/"),
    "quick_win_section": ({"POST"}, "/quick-wins/{pk}/sections/problem/"),
    "quick_win_move": ({"POST"}, "/quick-wins/{pk}/moves/submit/"),
    "evidence_add": ({"POST"}, "/quick-wins/{pk}/evidence/"),
    "evidence_link": ({"POST"}, "/quick-wins/{pk}/links/"),
    "evidence_edit": ({"GET", "POST"}, "/evidence/{evidence}/"),
    "evidence_delete": ({"POST"}, "/evidence/{evidence}/remove/"),
    "evidence_file": ({"GET"}, "/evidence/{evidence}/file/"),
    "evidence_preview": ({"GET"}, "/evidence/{evidence}/preview/"),
    "queue": ({"GET"}, "/queue/"),
    "review": ({"GET"}, "/quick-wins/{pk}/review/"),
    "note_save": ({"POST"}, "/quick-wins/{pk}/notes/"),
    "note_reply": ({"POST"}, "/notes/{note}/reply/"),
    "receipt": ({"GET"}, "/receipts/{number}/"),
    "theme": ({"POST"}, "/preferences/theme/"),
}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def paths(house: House) -> dict[str, str]:
    """The path of every address, of a quick win that exists and may be edited."""
    quick_win = scenarios.returned(house, notes={"target": "Per tahun?"})
    keys = {
        "pk": quick_win.pk,
        "evidence": quick_win.evidence.get().pk,
        "note": quick_win.notes.get().pk,
        "number": receipt_of(quick_win).number,
    }
    return {name: path.format(**keys) for name, (_methods, path) in ADDRESSES.items()}


def test_the_table_holds_real_addresses() -> None:
    """Those of a quick win; that no address of the portal goes unasked is the permission matrix's to say."""
    assert {pattern.name for pattern in urls.urlpatterns} >= set(ADDRESSES)
    assert all(isinstance(pattern, URLPattern) for pattern in urls.urlpatterns)
    assert "opd" in get_resolver().namespace_dict


def test_a_wrong_method_is_refused_by_name(paths: dict[str, str], house: House, as_: As) -> None:
    """Even where the person may do everything."""
    client = as_(house.operator)
    for name, (methods, _path) in ADDRESSES.items():
        for method in METHODS - methods:
            answer = client.generic(method, paths[name])
            assert answer.status_code == 405, (name, method)
            assert set(answer["Allow"].split(", ")) == methods


def test_nobody_comes_in_without_signing_in(paths: dict[str, str]) -> None:
    stranger, audit = Client(), AuditEvent.objects.count()
    for name, (methods, _path) in ADDRESSES.items():
        for method in methods:
            answer = stranger.generic(method, paths[name])
            assert answer.status_code == 302, (name, method)
            assert answer["Location"].startswith("/accounts/login/?"), name
    assert AuditEvent.objects.count() == audit


def test_a_post_from_elsewhere_is_refused(paths: dict[str, str], house: House, as_: As) -> None:
    client = as_(house.operator, enforce_csrf_checks=True)
    before, audit = list(QuickWin.objects.values()), AuditEvent.objects.count()
    for name, (methods, _path) in ADDRESSES.items():
        if "POST" in methods:
            answer = client.post(paths[name], {"theme": "dark"})
            assert answer.status_code == 403, name
    assert (list(QuickWin.objects.values()), AuditEvent.objects.count()) == (before, audit)
    assert User.objects.get(pk=house.operator.pk).theme == "auto"


def test_a_post_with_the_token_of_the_page_is_taken(paths: dict[str, str], house: House, as_: As) -> None:
    client = as_(house.operator, enforce_csrf_checks=True)
    client.get(paths["quick_win_edit"])
    token = client.cookies["csrftoken"].value
    answer = client.post(paths["note_reply"], {"reply": "Ya.", "csrfmiddlewaretoken": token})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "path", [path for _methods, path in ADDRESSES.values() if "{" in path and "number" not in path]
)
@pytest.mark.parametrize("key", ["0", "99999999", "9" * 18, "9" * 19, "9" * 40, "9" * 5000])
def test_a_number_that_is_nobodys_is_not_found(path: str, key: str, house: House, as_: As) -> None:
    methods = next(methods for methods, known in ADDRESSES.values() if known == path)
    address = path.format(pk=key, evidence=key, note=key)
    answer = as_(house.operator).generic("GET" if "GET" in methods else "POST", address)
    assert answer.status_code == 404


@pytest.mark.parametrize("number", ["QW-2022-0001-1", "x", "9" * 400, "QW_2022", "-"])
def test_a_receipt_that_is_nobodys_is_not_found(number: str, house: House, as_: As) -> None:
    assert as_(house.operator).get(f"/receipts/{number}/").status_code == 404


STRANGE = [
    "\u0000",
    "a\u0000b",
    "\u202etxt",
    "'; DROP TABLE opd_quickwin; --",
    "%",
    "_",
    "\\",
    "🎉",
    "x" * 81,
    "x" * 5000,
    "-1",
    "0",
    "9" * 30,
    "9" * 5000,
    "1.5",
    "1e5",
    "²",
    "٣",
    "XX",
    "None",
    "null",
    "[]",
]


@pytest.mark.parametrize("value", [*(quote(text) for text in STRANGE), "%ED%A0%80", "%FF", "%", "a&q=b"])
@pytest.mark.parametrize("name", ["q", "page", "dimension", "year", "status"])
def test_a_filter_nobody_understands_narrows_nothing_and_breaks_nothing(
    name: str, value: str, submitted: QuickWin, house: House, as_: As
) -> None:
    client = as_(house.decider)
    for address in ("/queue/", "/quick-wins/"):
        answer = client.get(f"{address}?{name}={value}")
        assert answer.status_code == 200
        assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True), ("year=2022", True), ("year=2021", False), ("status=submitted", True), ("status=draft", False),
        ("dimension=GOV", True), ("dimension=LIV", False), ("q=kalender", True), ("q=Pariwisata", True),
        ("q=tidak+ada", False), ("year=99999", True), ("status=xx", True), ("dimension=XX", True), ("page=abc", True),
    ],
)  # fmt: skip
def test_filters_of_the_list(query: str, found: bool, submitted: QuickWin, house: House, as_: As) -> None:
    page = as_(house.decider).get(f"/quick-wins/?{query}").text
    assert (f'href="/quick-wins/{submitted.pk}/"' in page) == found


WORDS = ["\u202etersembunyi", "a\u0007b", "\ufeffx", "x" * 4001, "x" * 20_000]


@pytest.mark.parametrize("words", WORDS)
def test_a_reason_that_cannot_be_kept_is_given_back(
    words: str, submitted: QuickWin, house: House, as_: As
) -> None:
    answer = as_(house.decider).post(
        f"/quick-wins/{submitted.pk}/moves/return/", {"note": words}, follow=True
    )
    assert again(submitted).status == "submitted"
    assert words in answer.text


@pytest.mark.parametrize("words", WORDS)
def test_a_reply_that_cannot_be_kept_is_given_back(words: str, house: House, as_: As) -> None:
    note = scenarios.returned(house, notes={"target": "Per tahun?"}).notes.get()
    answer = as_(house.operator).post(f"/notes/{note.pk}/reply/", {"reply": words}, follow=True)
    note.refresh_from_db()
    assert note.answered_at is None
    assert words in answer.text


def test_reasons_replies_and_notes_lose_nothing_but_a_nul(submitted: QuickWin, house: House, as_: As) -> None:
    desk = as_(house.decider)
    desk.post(f"/quick-wins/{submitted.pk}/notes/", note_on(submitted, "target", "Per\u0000 tahun? 🎉"))
    desk.post(f"/quick-wins/{submitted.pk}/moves/return/", {"note": "Baris satu.\r\nBaris \u0000dua. 日本"})
    note = submitted.notes.get()
    as_(house.operator).post(f"/notes/{note.pk}/reply/", {"reply": "Ya\u0000, benar. 🎉"})
    note.refresh_from_db()
    assert (note.text, note.reply) == ("Per tahun? 🎉", "Ya, benar. 🎉")
    assert submitted.events.filter(move="return").get().note == "Baris satu.\nBaris dua. 日本"


def test_words_of_people_are_text_on_every_page(house: House, cast: dict[str, User], as_: As) -> None:
    """A name, a note, a title that would run in a browser stands there as it was written."""
    evil = "<script>alert(1)</script>"
    quick_win = scenarios.complete(house, evidence=False, name=evil, acronym=evil, problem=evil, unit=evil)
    scenarios.add_link(quick_win, by=house.operator, title=evil, url="https://example.go.id/?a=1&b=\"'<x>")
    scenarios.submit(quick_win, house)
    scenarios.send_back(quick_win, house, notes={"target": evil}, note=evil)
    own = f"/quick-wins/{quick_win.pk}/"
    piece, number = quick_win.evidence.get(), receipt_of(quick_win).number
    pages = {
        "operator": [
            own,
            f"{own}edit/",
            "/workspace/",
            "/quick-wins/",
            f"/receipts/{number}/",
            f"/evidence/{piece.pk}/",
        ],
        "reviewer": [own, f"{own}review/", "/quick-wins/"],
    }
    for name, addresses in pages.items():
        for address in addresses:
            page = as_(cast[name]).get(address).text
            assert "<script>alert" not in page, address
            assert "&lt;script&gt;alert" in page, address


# --- creating ---------------------------------------------------------------------------------------


@pytest.fixture
def new(house: House) -> dict[str, object]:
    return {
        "opd": house.opd.pk,
        "dimension": scenarios.ids(house.opd.city, "GOV")["dimension"],
        "name": "Kalender",
    }


def test_a_draft_begins_with_a_name_and_a_dimension(new: dict[str, object], house: House, as_: As) -> None:
    answer = as_(house.operator).post("/quick-wins/new/", new)
    made = QuickWin.objects.get()
    assert answer["Location"] == f"/quick-wins/{made.pk}/edit/"
    assert (made.opd, made.city, made.year, made.status, made.created_by) == (
        house.opd, house.opd.city, 2022, "draft", house.operator,
    )  # fmt: skip
    assert [(event.move, event.actor, event.role) for event in made.events.all()] == [
        ("create", house.operator, "operator")
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", "n" * 201),
        ("name", "a\u202eb"),
        ("dimension", ""),
        ("dimension", "99999"),
        ("acronym", "a" * 61),
    ],
)
def test_a_draft_that_cannot_begin_keeps_what_was_typed(
    name: str, value: str, new: dict[str, object], house: House, as_: As
) -> None:
    answer = as_(house.operator).post("/quick-wins/new/", new | {"acronym": "KALA", name: value})
    assert (answer.status_code, QuickWin.objects.count()) == (200, 0)
    form = answer.context["form"]
    assert set(form.errors) == {name}
    assert form[name].value() == value


def test_nobody_begins_for_another_agency(
    new: dict[str, object], houses: dict[str, House], city: City, as_: As
) -> None:
    """Whoever has one agency begins for that one, whatever is posted; whoever has two chooses among those."""
    own = houses["DISHUB"]
    as_(own.operator).post("/quick-wins/new/", new)
    assert QuickWin.objects.get().opd == own.opd
    grant(own.operator, "operator", city, houses["LABKES"].opd)
    answer = as_(own.operator).post("/quick-wins/new/", new)
    assert (answer.status_code, set(answer.context["form"].errors)) == (200, {"opd"})
    as_(own.operator).post("/quick-wins/new/", new | {"opd": houses["LABKES"].opd.pk})
    assert sorted(QuickWin.objects.values_list("opd__short", flat=True)) == ["DISHUB", "LABKES"]


def test_only_who_enters_data_begins(new: dict[str, object], cast: dict[str, User], as_: As) -> None:
    may = {
        "operator",
        "head",
        "operator_without_head",
        "operator_elsewhere",
        "operator_of_lpse",
        "kominfo",
        "bappelitbang",
    }
    for name, user in cast.items():
        if name == "disabled":
            continue
        assert as_(user).get("/quick-wins/new/").status_code == (200 if name in may else 403), name
        if name not in may:
            assert as_(user).post("/quick-wins/new/", new).status_code == 403, name
    assert not QuickWin.objects.exists()


# --- small things -----------------------------------------------------------------------------------


def test_everybody_begins_where_their_work_is(cast: dict[str, User], as_: As) -> None:
    first = {
        "operator": "/workspace/", "head": "/workspace/", "operator_without_head": "/workspace/",
        "operator_elsewhere": "/workspace/", "operator_of_lpse": "/workspace/", "kominfo": "/workspace/",
        "bappelitbang": "/workspace/", "reviewer": "/queue/", "planner": "/queue/", "auditor": "/city/",
        "leader": "/city/", "assessor": "/sheets/", "administrator": "/admin/",
    }  # fmt: skip
    for name, address in first.items():
        assert as_(cast[name]).get("/")["Location"] == address, name
    answer = as_(cast["without_role"]).get("/")
    assert answer.status_code == 403
    assert "[ACC-ROLE]" in answer.text


@pytest.mark.parametrize("address", ["/workspace/", "/quick-wins/", "/quick-wins/new/", "/queue/"])
def test_an_account_without_a_role_is_told_so_and_shown_nothing(
    address: str, cast: dict[str, User], as_: As
) -> None:
    assert as_(cast["without_role"]).get(address).status_code == 403


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/quick-wins/?q=a", "/quick-wins/?q=a"),
        ("", "/"),
        ("https://example.com/", "/"),
        ("//example.com/", "/"),
        ("/\\example.com", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_the_theme_is_remembered_and_leads_nowhere_else(back: str, to: str, house: House, as_: As) -> None:
    answer = as_(house.operator).post("/preferences/theme/", {"theme": "dark", "next": back})
    assert answer["Location"] == to
    assert User.objects.get(pk=house.operator.pk).theme == "dark"


def test_a_theme_that_is_none_changes_nothing(house: House, as_: As) -> None:
    as_(house.operator).post("/preferences/theme/", {"theme": "pink"})
    assert User.objects.get(pk=house.operator.pk).theme == "auto"


def test_pages_are_kept_by_no_cache(submitted: QuickWin, house: House, as_: As) -> None:
    for address in ("/workspace/", f"/quick-wins/{submitted.pk}/", "/quick-wins/"):
        assert "no-store" in as_(house.operator).get(address)["Cache-Control"]
