"""The evidence bank: each document once, with its uses; nobody finds there what an agency is still writing."""

from datetime import date, timedelta
from itertools import product

import pytest

from evaluations import actions, bank
from evaluations.models import Answer
from opd import actions as agency
from opd import documents
from opd.models import Document, Evidence, Opd, QuickWin, Role, Validity
from tests.evaluations.bank import attach, client_of, document_of, names, quick_win, show, stored

TODAY = date(2022, 10, 1)


@pytest.fixture
def asked(window, cast, dinkes) -> Answer:
    actions.assign_questions(window=window, codes=["B-1"], opd=dinkes, by=cast["reviewer"])
    return Answer.objects.for_page().get()


@pytest.fixture
def paper(dinkes: Opd, cast, asked: Answer):
    """One file shown for a quick win that is being written and for an answer."""
    file = stored("laporan")
    attach(quick_win(dinkes, cast["operator"]), cast["operator"], "KANARI pelayanan", file)
    show(asked, cast["operator"], "KANARI loket", file)
    return file


def test_the_same_bytes_are_one_document_with_all_their_uses(paper, cast):
    document = document_of(paper)
    assert (document.title, document.names) == ("KANARI loket", "KANARI pelayanan\nKANARI loket")
    page = client_of(cast["operator"]).get(document.get_absolute_url())
    assert "Dipakai di 2 tempat" in page.text
    assert "QW-2022" in page.text
    assert "B-1" in page.text
    assert {type(use.owner) for use in bank.uses_of(cast["operator"], document)} == {QuickWin, Answer}


def test_links_of_one_address_are_one_document(dinkes, cast):
    for name in ("A", "B"):
        values = {"kind": "link", "title": name, "url": "https://contoh.go.id/data"}
        agency.add_evidence(owner=quick_win(dinkes, cast["operator"]), by=cast["operator"], values=values)
    assert Document.objects.get().evidence.count() == 2


@pytest.mark.parametrize("who", ["reviewer", "planner", "auditor", "leader"])
def test_others_read_nothing_that_is_being_written(paper, cast, asked, who):
    """Neither the name, nor the file name, nor that there is such a document."""
    address = document_of(paper).get_absolute_url()
    for query in ("", "q=pelayanan", "q=loket"):
        assert "KANARI" not in names(cast[who], query)
    assert client_of(cast[who]).get(address).status_code == 404
    assert client_of(cast[who]).get(f"{address}file/").status_code == 404
    hand_in(asked, cast)
    reads = who != "leader"
    text = names(cast[who])
    assert ("KANARI loket" in text) == reads
    assert "KANARI pelayanan" not in text, "the name it has in a draft stays with the agency"
    assert ("KANARI loket" in names(cast[who], "q=loket")) == reads
    assert "KANARI loket" not in names(cast[who], "q=pelayanan")
    page = client_of(cast[who]).get(address)
    assert page.status_code == (200 if reads else 404)
    assert "pelayanan" not in page.text


def hand_in(answer: Answer, cast) -> None:
    actions.save_answer(
        window=answer.window, question_code="B-1", self_score=3, text="Ada.", version=answer.version,
        by=cast["operator"],
    )  # fmt: skip
    actions.move_answer(pk=answer.pk, name="submit", by=cast["head"])


def test_what_is_returned_is_the_agencys_again(paper, cast, asked):
    hand_in(asked, cast)
    actions.move_answer(pk=asked.pk, name="return", by=cast["reviewer"], note="Ganti.")
    assert "KANARI" not in names(cast["reviewer"])
    assert "KANARI loket" in names(cast["operator"])


def test_leadership_reads_what_the_city_stands_for(paper, cast, asked):
    hand_in(asked, cast)
    actions.move_answer(pk=asked.pk, name="accept", by=cast["reviewer"])
    assert "KANARI loket" in names(cast["leader"])


def test_another_agency_finds_nothing(paper, cast, person, city, kominfo, asked):
    hand_in(asked, cast)
    stranger = person("operator-lain", Role.OPD_OPERATOR, city, kominfo)
    address = document_of(paper).get_absolute_url()
    assert "KANARI" not in names(stranger)
    for part in ("", "file/", "preview/"):
        assert client_of(stranger).get(f"{address}{part}").status_code == 404


@pytest.mark.parametrize("who", ["assessor", "administrator"])
def test_assessors_read_snapshots_and_no_bank(paper, cast, who):
    client = client_of(cast[who])
    for address in ("/bank/", "/bank/export/", document_of(paper).get_absolute_url()):
        assert client.get(address).status_code == 403


def test_another_city_has_a_bank_of_its_own(paper, cast, asked):
    hand_in(asked, cast)
    address = document_of(paper).get_absolute_url()
    assert "KANARI" not in names(cast["foreign_reviewer"])
    assert client_of(cast["foreign_reviewer"]).get(address).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=melayani", "A"),
        ("q=pengaduan", "B"),
        ("kind=photo", "B"),
        ("kind=report", "A C"),
        ("year=2020", "C"),
        ("year=2022", "A B C"),
        ("year=2019", ""),
        ("use=unused", "C"),
        ("use=reused", "A"),
        ("use=older", "C"),
        ("state=unconfirmed", "C"),
        ("state=undated", "B"),
        ("state=nonsense", "A B C"),
        ("use=reused&kind=photo", ""),
    ],
)
def test_the_list_is_narrowed(dinkes, cast, query, found):
    """A: shown twice. B: a photo without a date. C: of 2020, taken off again."""
    operator = cast["operator"]
    for number in range(2):
        attach(quick_win(dinkes, operator, f"Nama {number}"), operator, "A-judul pelayanan", stored("a"))
    owner = quick_win(dinkes, operator)
    attach(
        owner,
        operator,
        "B-judul",
        stored("b"),
        kind="photo",
        document_date=None,
        original_name="pengaduan.jpg",
    )
    piece = attach(owner, operator, "C-judul", stored("c"), document_date=date(2020, 3, 1))
    Document.objects.filter(pk=piece.document_id).update(
        period_from=date(2020, 1, 1), period_to=date(2022, 12, 31)
    )
    agency.remove_evidence(pk=piece.pk, by=operator)
    text = names(operator, query)
    assert [name for name in "ABC" if f"{name}-judul" in text] == found.split()


@pytest.mark.parametrize(
    ("sort", "order"), [("", "cba"), ("newest", "cba"), ("oldest", "abc"), ("name", "abc")]
)
def test_the_list_is_ordered(dinkes, cast, sort, order):
    owner = quick_win(dinkes, cast["operator"])
    for name in "abc":
        attach(owner, cast["operator"], f"{name}-judul", stored(name))
    text = client_of(cast["operator"]).get(f"/bank/?sort={sort}").text
    assert "".join(sorted("abc", key=lambda name: text.index(f"{name}-judul"))) == order


DAYS = [None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=60), TODAY + timedelta(days=61)]
DATES = [None, date(2021, 12, 31), date(2022, 1, 1)]


def test_the_database_and_the_document_agree_on_validity(city, dinkes):
    made = [
        Document.objects.create(
            city=city, opd=dinkes, key=f"{number:064d}", url=f"https://contoh.go.id/{number}",
            valid_until=until, document_date=dated, confirmed_for=confirmed, ended=ended,
        )
        for number, (until, dated, confirmed, ended) in enumerate(
            product(DAYS, DATES, [None, 2021, 2022], [False, True])
        )
    ]  # fmt: skip
    for state in Validity:
        rows = set(Document.objects.all().in_state(state, 2022, TODAY).values_list("pk", flat=True))
        assert rows == {row.pk for row in made if row.validity(2022, TODAY) == state}, state
        assert rows, state


def test_a_frozen_use_says_so_and_a_later_one_does_not(verified, window, seat, colleague_seat, cast, dinkes):
    evidence = verified.evidence.first() or Evidence.objects.create(
        quick_win=verified, kind="report", title="KANARI beku", uploaded_by=cast["operator"],
        stored_file=stored("beku"), created_at=verified.submitted_at,
    )  # fmt: skip
    documents.adopt(window.city_id)
    evidence.refresh_from_db()
    document = Document.objects.get(pk=evidence.document_id)
    assert [use.frozen for use in bank.uses_of(cast["reviewer"], document)] == [()]
    actions.open_window(window, by=cast["reviewer"])
    later = quick_win(dinkes, cast["operator"])
    agency.add_evidence(
        owner=later, by=cast["operator"], stored=document.stored_file,
        values={"kind": "report", "title": "Lagi", "url": document.url},
    )  # fmt: skip
    uses = {use.owner.pk: use for use in bank.uses_of(cast["operator"], document)}
    assert uses[verified.pk].frozen == ("Tahap II 2022",)
    assert not uses[verified.pk].editable
    assert (uses[later.pk].frozen, uses[later.pk].editable) == ((), True)
    page = client_of(cast["operator"]).get(document.get_absolute_url()).text
    assert "dibekukan: Tahap II 2022" in page


def test_evidence_written_in_bulk_is_adopted_once(dinkes, cast, verified):
    for owner in (quick_win(dinkes, cast["operator"]), quick_win(dinkes, cast["operator"])):
        Evidence.objects.create(
            quick_win=owner, kind="report", title="Laporan", uploaded_by=cast["operator"], stored_file=stored("x"),
        )  # fmt: skip
    before = Evidence.objects.filter(document__isnull=True).count()
    assert documents.adopt(dinkes.city_id) == before
    assert documents.adopt(dinkes.city_id) == 0
    assert document_of(stored("x")).evidence.count() == 2


def test_what_is_corrected_of_a_use_is_the_latest_word_of_its_document(dinkes, cast):
    piece = attach(quick_win(dinkes, cast["operator"]), cast["operator"], "Draf", stored("x"))
    values = {"title": "Peraturan", "kind": "regulation", "valid_until": date(2025, 1, 1)}
    agency.change_evidence(pk=piece.pk, values=values, version=1, by=cast["operator"])
    document = document_of(stored("x"))
    assert (document.title, document.kind, document.valid_until) == (
        "Peraturan", "regulation", date(2025, 1, 1),
    )  # fmt: skip


@pytest.mark.parametrize("who", ["operator", "reviewer"])
def test_the_pages_cost_the_same_however_much_there_is(dinkes, cast, asked, count_queries, who):
    for name in "ab":
        show(asked, cast["operator"], name, stored(name))
    hand_in(asked, cast)
    address = document_of(stored("a")).get_absolute_url()
    client = client_of(cast[who])
    client.get("/bank/")
    few = count_queries(lambda: client.get("/bank/")), count_queries(lambda: client.get(address))
    for number in range(8):
        owner = quick_win(dinkes, cast["operator"], f"Nama {number}")
        attach(owner, cast["operator"], f"Berkas {number}", stored(str(number)))
        attach(owner, cast["operator"], "a", stored("a"))
    many = count_queries(lambda: client.get("/bank/")), count_queries(lambda: client.get(address))
    assert many == few
