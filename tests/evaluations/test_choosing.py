"""Documents of the bank as evidence: chosen wherever evidence is added, asked about, never copied, found again."""

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from evaluations import actions, bank
from evaluations.actions import recommendations
from evaluations.actions.bank import fingerprint
from evaluations.models import Exhibit, Recommendation
from evaluations.views import choosing
from opd import actions as agency
from opd import documents as bank_documents
from opd.actions import documents
from opd.models import Document, DocumentEvent, Evidence, Role, StoredFile
from smartcity.lib import clock
from tests.evaluations.bank import attach, client_of, document_of, names, quick_win, stored
from tests.evaluations.desk import ASKED, ask
from tests.opd.progress import reports
from tests.scenarios import House

KEY = "0123456789abcdef" * 2


@pytest.fixture
def decree(dinkes, cast) -> Document:
    """A decree of 2019, shown for a quick win of then."""
    attach(
        quick_win(dinkes, cast["operator"], year=2019),
        cast["operator"],
        "SK lama",
        stored("sk"),
        document_date=date(2019, 2, 1),
        page="7",
    )
    return document_of(stored("sk"))


@pytest.fixture
def follow_up(city, dinkes, cast) -> Recommendation:
    values = {
        "year": 2021, "source": "letter", "reference": "B-21/2022", "text": "Lengkapi inventaris.",
        "due_on": date(2022, 10, 20), "opd": dinkes,
    }  # fmt: skip
    return recommendations.give(city=city, values=values, by=cast["reviewer"])


@pytest.fixture
def places(dinkes, cast, asked, follow_up) -> dict[str, Any]:
    """One of each kind the agency may add evidence to."""
    house = House(dinkes, cast["operator"], cast["head"], cast["reviewer"])
    return {
        "quick-win": quick_win(dinkes, cast["operator"]),
        "report": reports.begun(house),
        "answer": asked,
        "recommendation": follow_up,
    }


def sent(document: Document, **said: Any) -> dict[str, Any]:
    """What the second step posts."""
    at = f"d{document.pk}"
    typed = {"title": document.title, "page": "3", "version": Document.objects.get(pk=document.pk).version}
    return {"document": document.pk, "key": KEY} | {
        f"{at}-{name}": value for name, value in (typed | said).items()
    }


def pieces(owner: Any) -> list[Any]:
    rows = owner.exhibits if hasattr(owner, "exhibits") else owner.evidence
    return list(rows.for_list())


KINDS = ["quick-win", "report", "answer", "recommendation"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_chosen_confirmed_and_shown_once(places, kind, decree, cast):
    """Found on the form, ticked, asked about, shown with its own page; sent twice it is one use; no byte is copied."""
    owner, client = places[kind], client_of(cast["operator"])
    choose = f"/bank/for/{kind}/{owner.pk}/"
    assert choose in client.get(_form(kind, owner)).text
    step = client.get(f"{choose}?q=SK").text
    assert f'name="document" value="{decree.pk}"' in step
    assert "checked" not in step
    assert "checked" in client.get(f"{choose}?q=tidakada&document={decree.pk}").text, (
        "a tick survives a search"
    )
    page = client.get(f"{choose}documents/?document={decree.pk}").text
    assert "Masih berlaku untuk 2022?" in page
    assert 'value="7"' in page, "the page its last use named"
    unanswered = client.post(f"{choose}documents/", sent(decree))
    assert unanswered.status_code == 422
    assert "Jawab apakah masih berlaku" in unanswered.text
    assert pieces(owner) == []
    form = sent(decree, holds="yes", title="SK di sini")
    for _twice in range(2):
        assert client.post(f"{choose}documents/", form).status_code == 302
    piece = pieces(owner)[0]
    assert (len(pieces(owner)), piece.document, piece.title, piece.page) == (1, decree, "SK di sini", "3")
    assert (piece.stored_file_id, piece.document_date) == (stored("sk").pk, date(2019, 2, 1))
    assert StoredFile.objects.count() == 1
    event = DocumentEvent.objects.get()
    assert (event.move, event.year, event.by) == ("confirmed", 2022, cast["operator"])
    assert piece.flags(2022) == []
    assert "Masih berlaku untuk 2022, dipastikan oleh" in client.get(_form(kind, owner)).text
    used = client.get(decree.get_absolute_url()).text
    assert "Dipakai di 2 tempat" in used
    assert _page(kind, owner) in used
    assert f'name="document" value="{decree.pk}"' not in client.get(choose).text


def _form(kind: str, owner: Any) -> str:
    return {
        "quick-win": f"/quick-wins/{owner.pk}/edit/",
        "report": f"/progress/{owner.pk}/edit/",
        "answer": f"/windows/{getattr(owner, 'window_id', 0)}/answers/B-1/",
        "recommendation": f"/recommendations/{owner.pk}/",
    }[kind]


def _page(kind: str, owner: Any) -> str:
    return _form(kind, owner).removesuffix("edit/")


def test_later_shows_it_and_asks_again(places, decree, cast):
    owner, client = places["quick-win"], client_of(cast["operator"])
    assert (
        client.post(f"/bank/for/quick-win/{owner.pk}/documents/", sent(decree, holds="later")).status_code
        == 302
    )
    assert not DocumentEvent.objects.exists()
    page = client.get(_form("quick-win", owner)).text
    assert "Lebih tua dari tahun yang dievaluasi" in page
    assert f"{decree.get_absolute_url()}#still-valid" in page


def test_a_no_needs_its_reason_shows_nothing_and_ends_the_document(places, decree, cast):
    owner, client = places["quick-win"], client_of(cast["operator"])
    address = f"/bank/for/quick-win/{owner.pk}/documents/"
    assert "Tulis mengapa tidak berlaku lagi" in client.post(address, sent(decree, holds="no")).text
    form = sent(decree, holds="no", reason="Dicabut")
    for _twice in range(2):
        assert client.post(address, form).status_code == 302
    decree.refresh_from_db()
    assert (decree.ended, decree.answer.note, pieces(owner)) == (True, "Dicabut", [])
    assert f'value="{decree.pk}"' not in client.get(f"/bank/for/quick-win/{owner.pk}/").text


def test_what_changed_since_it_was_seen_is_shown_anew(places, decree, cast):
    """Somebody ended it meanwhile: nothing is shown, and what is offered no more is taken out."""
    owner, client = places["quick-win"], client_of(cast["operator"])
    other = attach(
        quick_win(owner.opd, cast["operator"]), cast["operator"], "Laporan", stored("lain")
    ).document
    both = sent(decree, holds="yes") | sent(other)
    both["document"] = [decree.pk, other.pk]
    documents.answer_validity(
        pk=decree.pk, year=2022, holds=False, note="Dicabut", version=decree.version, by=cast["head"]
    )
    refused = client.post(f"/bank/for/quick-win/{owner.pk}/documents/", both)
    assert refused.status_code == 409
    assert "[VER-STALE]" in refused.text
    assert f'value="{other.pk}"' in refused.text
    assert f'name="document" value="{decree.pk}"' not in refused.text
    assert pieces(owner) == []


def test_nobody_finds_or_shows_what_is_not_theirs(places, cast, second, kominfo, decree):
    """A stranger's draft cannot be chosen by its number either; a stranger's record is absent."""
    foreign = attach(quick_win(kominfo, second), second, "KANARI asing", stored("asing")).document
    owner, client = places["quick-win"], client_of(cast["operator"])
    choose = f"/bank/for/quick-win/{owner.pk}/"
    assert "asing" not in client.get(f"{choose}?q=KANARI").text
    assert "KANARI" not in client.get(f"{choose}?document={foreign.pk}").text
    assert client.post(f"{choose}documents/", sent(foreign)).status_code == 302
    assert pieces(owner) == []
    for kind in KINDS:
        assert client_of(second).get(f"/bank/for/{kind}/{places[kind].pk}/").status_code == 404
    assert client.get(f"/bank/for/unknown/{owner.pk}/").status_code == 404


def test_the_secretariat_shows_an_agencys_document_as_its_own(window, cast, verified, dinkes):
    """Another house's document becomes one of the place's own agency: the same bytes, asked about once more."""
    piece = Evidence.objects.create(
        quick_win=verified, kind="report", title="Laporan DINKES", uploaded_by=cast["operator"],
        stored_file=stored("dinkes"), document_date=date(2020, 1, 5), created_at=verified.submitted_at,
    )  # fmt: skip
    bank_documents.adopt(dinkes.city_id)
    piece.refresh_from_db()
    documents.answer_validity(
        pk=piece.document_id, year=2022, holds=True, version=piece.document.version, by=cast["operator"]
    )
    own = actions.save_answer(
        window=window, question_code="B-1", self_score=3, text="Ada.", version=0, by=cast["reviewer"]
    )
    client, address = client_of(cast["reviewer"]), f"/bank/for/answer/{own.pk}/documents/"
    page = client.get(f"{address}?document={piece.document_id}").text
    assert "Masih berlaku untuk 2022?" in page
    assert 'value="no"' not in page, "only its own agency ends a document"
    assert client.post(address, sent(piece.document, holds="yes", title="Laporan")).status_code == 302
    exhibit = own.exhibits.get()
    assert (exhibit.stored_file, exhibit.document.opd, exhibit.document.confirmed_for) == (
        stored("dinkes"),
        None,
        2022,
    )
    assert StoredFile.objects.count() == 1


def test_the_desk_takes_files_of_the_bank_while_it_is_open(open_window, colleague_seat, dinkes, cast, decree):
    item = ask(colleague_seat, "Q-LIV-1")
    link = {"kind": "link", "title": "KANARI-TAUTAN", "url": "https://contoh.go.id/a"}
    agency.add_evidence(owner=quick_win(dinkes, cast["operator"]), by=cast["operator"], values=link)
    choose = f"/bank/for/clarification/{item.pk}/"
    with clock.at(ASKED):
        client = client_of(cast["operator"])
        assert choose in client.get(item.get_absolute_url()).text
        page = client.get(choose).text
        assert "SK lama" in page
        assert "KANARI-TAUTAN" not in page, "an assessor at the desk reads files"
        assert client.post(f"{choose}documents/", sent(decree, holds="yes")).status_code == 302
        assert "dipastikan oleh" in client.get(item.get_absolute_url()).text
    assert item.exhibits.get().document == decree
    with clock.at(item.due_at):
        assert client_of(cast["operator"]).get(choose).status_code == 403


def test_what_was_confirmed_before_the_freeze_stands_beside_the_evidence(
    window, seat, colleague_seat, cast, verified, dinkes, as_user
):
    """Who, when, for which year; what is said afterwards changes nothing in the snapshot."""
    Evidence.objects.create(
        quick_win=verified, kind="decree", title="SK 2019", uploaded_by=cast["operator"], page="2",
        stored_file=stored("sk"), document_date=date(2019, 1, 5), created_at=verified.submitted_at,
    )  # fmt: skip
    bank_documents.adopt(dinkes.city_id)
    document = document_of(stored("sk"))
    with clock.at(verified.submitted_at):
        documents.answer_validity(
            pk=document.pk, year=2022, holds=True, version=document.version, by=cast["operator"]
        )
    with clock.at(window.opens_at):
        actions.open_window(window, by=cast["reviewer"])
        actions.declare(colleague_seat, by=cast["colleague"])
        document.refresh_from_db()
        documents.answer_validity(
            pk=document.pk, year=2022, holds=False, note="Dicabut", version=document.version, by=cast["head"]
        )
        frozen = window.snapshot().items.get(kind="quick_win").payload["evidence"][0]["still_valid"]
        said = {name: frozen[name] for name in ("holds", "year", "by", "role")}
        assert said == {"holds": True, "year": 2022, "by": str(cast["operator"]), "role": Role.OPD_OPERATOR}
        line = f"Masih berlaku untuk 2022, dipastikan oleh {cast['operator']}"
        for who, page in (
            ("colleague", f"/material/{window.pk}/"),
            ("colleague", f"/sheets/{window.pk}/questions/Q-LIV-1/"),
            ("reviewer", f"/material/{window.pk}/"),
        ):
            text = as_user(cast[who]).get(page).text
            assert line in text, page
            assert "Dinyatakan tidak berlaku" not in text


def test_every_kind_of_use_is_listed_and_closing_evidence_stands_for_others_when_it_is_proposed(
    places, decree, cast
):
    for kind, owner in places.items():
        client_of(cast["operator"]).post(f"/bank/for/{kind}/{owner.pk}/documents/", sent(decree, holds="yes"))
    uses = bank.uses_of(cast["operator"], decree)
    assert sorted(type(use.owner).__name__ for use in uses) == [
        "Answer", "Progress", "QuickWin", "QuickWin", "Recommendation",
    ]  # fmt: skip
    page = client_of(cast["operator"]).get(decree.get_absolute_url()).text
    for kind, owner in places.items():
        assert _page(kind, owner) in page
    assert "R-2021-01" in page
    follow_up = places["recommendation"]
    assert "SK lama" not in names(cast["reviewer"]), "it is with its agency"
    recommendations.move(pk=follow_up.pk, name="propose", by=cast["head"], note="Selesai.")
    seen = bank.uses_of(cast["reviewer"], decree)
    assert [type(use.owner).__name__ for use in seen] == ["Recommendation"]
    assert "SK lama" in names(cast["planner"], "year=2022")
    assert "SK lama" not in names(cast["leader"])
    recommendations.move(pk=follow_up.pk, name="close", by=cast["reviewer"])
    assert "SK lama" in names(cast["leader"])


def test_a_newer_version_moves_what_is_being_worked_on_and_leaves_what_is_proposed(places, decree, cast):
    operator, client = cast["operator"], client_of(cast["operator"])
    for kind in ("recommendation", "report"):
        client.post(f"/bank/for/{kind}/{places[kind].pk}/documents/", sent(decree, holds="yes"))
    recommendations.move(pk=places["recommendation"].pk, name="propose", by=cast["head"], note="Selesai.")
    newer = _newer(decree, operator)
    address = f"{decree.get_absolute_url()}newer/{newer.pk}/"
    page = client.get(address).text
    assert "R-2021-01" in page
    _follow(client, address, bank.uses_of(operator, decree), decree)
    assert pieces(places["report"])[0].document == newer
    assert pieces(places["recommendation"])[0].document == decree, "what was proposed keeps it"
    recommendations.move(pk=places["recommendation"].pk, name="return", by=cast["reviewer"], note="Perbarui.")
    page = client.get(_form("recommendation", places["recommendation"])).text
    assert "Sudah ada versi barunya." in page
    assert address in page, "what came back is asked"
    _follow(client, address, bank.uses_of(operator, decree), decree)
    assert pieces(places["recommendation"])[0].document == newer
    assert [event.move for event in decree.events.all()].count("replaced") == 2


def _newer(like: Document, by) -> Document:
    values = {"kind": "decree", "title": "SK baru", "document_date": date(2022, 3, 1)}
    return bank_documents.document_of(
        city_id=like.city_id, opd_id=like.opd_id, stored=stored("sk-baru"), values=values
    )


def _follow(client, address, uses, document) -> None:
    document.refresh_from_db()
    form = {
        "use": [use.token for use in uses if use.editable], "shown": fingerprint(uses), "version": document.version,
    }  # fmt: skip
    assert client.post(address, form).status_code == 302


def test_a_recommendation_carried_over_is_a_use_of_its_document(places, decree, cast, city):
    client = client_of(cast["operator"])
    old = places["recommendation"]
    client.post(f"/bank/for/recommendation/{old.pk}/documents/", sent(decree, holds="yes"))
    city.evaluation_year = 2023
    city.save()
    new = recommendations.carry_over(city=city, by=cast["reviewer"])[0]
    assert Exhibit.objects.get(recommendation=new).document == decree
    assert {use.year for use in bank.uses_of(cast["operator"], decree)} == {2019, 2022, 2023}


def test_the_same_file_with_two_dates_is_pointed_out_at_both_places(places, cast):
    operator, client = cast["operator"], client_of(cast["operator"])
    for kind, day in (("quick-win", date(2022, 3, 1)), ("report", date(2022, 4, 1))):
        attach(places[kind], operator, "Rekap", stored("rekap"), document_date=day)
    actions.add_exhibit(
        answer=places["answer"], by=operator, stored=stored("rekap"),
        values={"kind": "data", "title": "Rekap", "original_name": "r.pdf", "document_date": None, "page": "1"},
    )  # fmt: skip
    report, win = (client.get(_form(kind, places[kind])).text for kind in ("report", "quick-win"))
    document = client.get(document_of(stored("rekap")).get_absolute_url()).text
    assert f"lain di {places['quick-win'].code}" in report
    assert f"lain di {places['report'].code}" in win
    assert "B-1 (2022)" in win
    assert f"lain di {places['report'].code}" in document
    assert places["quick-win"].code in client.get(_form("answer", places["answer"])).text


def test_the_lists_cost_the_same_however_much_there_is(
    places, decree, cast, dinkes, count_queries, monkeypatch
):
    """Two documents or twenty, on one page: how many pages there are is counted only where there are several."""
    monkeypatch.setattr(choosing, "PAGE", 50)
    operator, owner = cast["operator"], places["quick-win"]
    client, choose = client_of(operator), f"/bank/for/quick-win/{places['quick-win'].pk}/"
    attach(owner, operator, "Ada", stored("ada"))
    asked = [f"{choose}", f"{choose}?q=berkas", _form("quick-win", owner)]
    for page in asked:
        client.get(page)
    few = [count_queries(lambda page=page: client.get(page)) for page in asked]
    shown = f"{choose}documents/?document={decree.pk}"
    few.append(count_queries(lambda: client.get(shown)))
    for number in range(18):
        other = quick_win(dinkes, operator, f"Nama {number}")
        piece = attach(other, operator, f"Berkas {number}", stored(str(number)))
        attach(owner, operator, "Ada lagi", stored("ada"))
        shown += f"&document={piece.document_id}"
    many = [count_queries(lambda page=page: client.get(page)) for page in asked]
    many.append(count_queries(lambda: client.get(shown)))
    assert many == few


def test_what_was_written_before_the_bank_knew_it_is_filled_in(places, decree, cast):
    """The two migrations: a piece without a document finds its agency's, a document without an answer its newest."""
    client = client_of(cast["operator"])
    owner = places["recommendation"]
    client.post(f"/bank/for/recommendation/{owner.pk}/documents/", sent(decree, holds="yes"))
    said = Document.objects.get(pk=decree.pk).answer
    Exhibit.objects.update(document=None)
    Document.objects.update(answer=None)
    for name in (
        "opd.migrations.0003_documents_name_their_answer",
        "evaluations.migrations.0004_recommendations_show_documents",
    ):
        import_module(name).fill(apps, None)
    assert Exhibit.objects.get().document == decree
    assert Document.objects.get(pk=decree.pk).answer == said
