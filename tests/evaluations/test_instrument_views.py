"""The pages of instruments, through their addresses: look, upload, mend, consent, compare, download."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evaluations.instrument_file import read
from evaluations.instrument_plain import plain, plain_of
from evaluations.instrument_sheet import read_sheet, write_sheet
from evaluations.loading import load
from evaluations.models import EvaluationWindow, Instrument, InstrumentDraft, Question
from opd.models import AuditEvent, User
from tests.evaluations.builders import as_file, question

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def kominfo_client(client: Client, cast: dict[str, User]) -> Client:
    client.force_login(cast["reviewer"])
    return client


def send(client: Client, source: bytes, name: str = "instrumen.yaml", key: str = KEY) -> Any:
    file = SimpleUploadedFile(name, source)
    return client.post(reverse("evaluations:instrument_upload"), {"file": file, "key": key}, follow=True)


def consent(client: Client, page: Any) -> Any:
    draft = page.context["draft"]
    seen = {"seen": page.context["seen"]}
    return client.post(reverse("evaluations:instrument_load", args=[draft.pk]), seen, follow=True)


def second(small: dict[str, Any]) -> dict[str, Any]:
    """Version 2: one question added, one removed, one reworded, two weights moved."""
    small["instrument"]["version"] = 2
    base, impact, _ = small["sections"]
    base["weight"], impact["weight"] = 30, 50
    base["questions"] = [question("B-3", "lintas"), base["questions"][1] | {"text_id": "Bunyi <baru>."}]
    return small


def test_a_file_is_looked_at_and_loaded_only_after_consent(kominfo_client, window, small) -> None:
    page = send(kominfo_client, as_file(second(small)))
    assert Instrument.objects.count() == 1
    html = page.content.decode()
    for part in ("1 pertanyaan ditambahkan, 1 pertanyaan dihapus, 1 pertanyaan diubah, 2 bobot diubah",
                 "B-3", "Bunyi &lt;baru&gt;.", "Pertanyaan B-2.", "Muat instrumen ini"):  # fmt: skip
        assert part in html
    shown = consent(kominfo_client, page)
    assert Instrument.objects.count() == 2
    newest = Instrument.objects.get(version=2)
    assert shown.redirect_chain[-1][0] == newest.get_absolute_url()
    assert Question.objects.get(instrument=newest, code="B-2").text == "Bunyi <baru>."
    assert list(AuditEvent.objects.filter(action__startswith="instrument").values_list("action", flat=True)) == [
        "instrument.draft", "instrument.load"
    ]  # fmt: skip


def test_a_workbook_is_loaded_like_a_file(kominfo_client, small) -> None:
    data = plain(read(as_file(small)))
    out = io.BytesIO()
    write_sheet(data, out)
    page = send(kominfo_client, out.getvalue(), "instrumen.xlsx")
    consent(kominfo_client, page)
    assert plain_of(Instrument.objects.get()) == data


def test_pressing_twice_uploads_once_and_loads_once(kominfo_client, small) -> None:
    source = as_file(small)
    page, again = send(kominfo_client, source), send(kominfo_client, source)
    assert page.context["draft"].pk == again.context["draft"].pk
    consent(kominfo_client, page)
    loaded = Instrument.objects.get().loaded_at
    shown = consent(kominfo_client, page)
    assert shown.redirect_chain[-1][0] == Instrument.objects.get().get_absolute_url()
    assert Instrument.objects.get().loaded_at == loaded
    assert AuditEvent.objects.filter(action="instrument.load").count() == 1


def test_a_file_with_mistakes_shows_all_of_them_and_cannot_be_loaded(kominfo_client, small) -> None:
    small["sections"][1]["weight"] = 50
    small["sections"][0]["questions"][0]["area"] = "laut"
    page = send(kominfo_client, as_file(small))
    html = page.content.decode()
    assert "INS-WEIGHT" in html
    assert "sections/BASE/questions/B-1/area" in html
    assert "Muat instrumen ini" not in html
    draft = InstrumentDraft.objects.get()
    answer = kominfo_client.post(reverse("evaluations:instrument_load", args=[draft.pk]), {"seen": "x"})
    assert answer.status_code == 422
    assert not Instrument.objects.exists()


def test_a_version_in_use_is_refused_in_the_preview_and_at_consent(kominfo_client, window, small) -> None:
    small["sections"][0]["questions"][0]["text_id"] = "Bunyi baru."
    page = send(kominfo_client, as_file(small))
    assert "INS-USED" in page.content.decode()
    assert "Muat instrumen ini" not in page.content.decode()
    answer = consent(kominfo_client, page)
    assert answer.status_code == 422
    assert Question.objects.get(code="B-1").text == "Pertanyaan B-1."


def test_consent_to_what_has_changed_meanwhile_is_asked_again(kominfo_client, instrument, small) -> None:
    page = send(kominfo_client, as_file(second(small)))
    small["sections"][0]["questions"][1]["text_id"] = "Kata lain."
    load(as_file(small))
    shown = consent(kominfo_client, page)
    assert "INS-BASE" in shown.content.decode()
    assert Question.objects.get(instrument__version=2, code="B-2").text == "Kata lain."


def test_a_window_that_takes_the_version_between_look_and_consent_wins(
    kominfo_client, window, small, city
) -> None:
    second_version = load(as_file(second(small)))
    small["sections"][0]["questions"][1]["text_id"] = "Kata lain."
    page = send(kominfo_client, as_file(small))
    assert "Muat instrumen ini" in page.content.decode()
    EvaluationWindow.objects.filter(pk=window.pk).update(instrument=second_version)
    consent(kominfo_client, page)
    assert Question.objects.get(instrument=second_version, code="B-2").text == "Bunyi <baru>."


def test_what_is_no_instrument_is_turned_away_with_a_sentence(kominfo_client) -> None:
    for number, (source, name, code) in enumerate((
        (b"\xff\xfe\x00", "a.yaml", "INS-TEXT"),
        (b"PK\x03\x04", "a.xlsx", "IMP-BROKEN"),
        (b"a: &x [1]\nb: *x\n", "a.yaml", "INS-YAML"),
    )):  # fmt: skip
        page = send(kominfo_client, source, name, key=f"{number}" * 32)
        assert code in page.content.decode()
    page = send(kominfo_client, b"#" + b"x" * 1024 * 1024, key="b" * 32)
    assert page.status_code == 422
    assert "INS-SIZE" in page.content.decode()
    assert not Instrument.objects.exists()


def test_a_new_version_is_made_from_an_old_one_mended_and_loaded(kominfo_client, window) -> None:
    page = kominfo_client.post(
        reverse("evaluations:instrument_copy", args=[window.instrument_id]), {"key": KEY}, follow=True
    )
    draft = page.context["draft"]
    assert "Tidak ada perbedaan" in page.content.decode()
    assert draft.content["instrument"]["version"] == 2
    form = kominfo_client.get(reverse("evaluations:instrument_mend", args=[draft.pk])).context["form"]
    fields = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    wrong = fields | {"weight-BASE": "50", "version": "1"}
    answer = kominfo_client.post(reverse("evaluations:instrument_mend", args=[draft.pk]), wrong)
    assert answer.status_code == 422
    assert "INS-WEIGHT" in answer.content.decode()
    good = fields | {"weight-BASE": "27,5", "weight-IMPACT": "52,5", "version": "1"}
    kominfo_client.post(reverse("evaluations:instrument_mend", args=[draft.pk]), good)
    change = {"text_id": "Kata baru.", "text_en": "New words.", "kind": "data", "area": "gov", "rubric": "R",
              "required": "on", "version": "2"}  # fmt: skip
    address = reverse("evaluations:instrument_mend_question", args=[draft.pk, "B-1"])
    assert kominfo_client.post(address, change).status_code == 302
    assert kominfo_client.post(address, change).status_code == 409
    page = kominfo_client.get(draft.get_absolute_url())
    assert "1 pertanyaan diubah, 2 bobot diubah" in page.content.decode()
    consent(kominfo_client, page)
    newest = Instrument.objects.get(version=2)
    row = newest.questions.get(code="B-1")
    assert (row.text, row.text_en, row.kind, row.area.code) == ("Kata baru.", "New words.", "data", "gov")
    assert [str(one.weight) for one in newest.sections.order_by("order")] == ["27.50", "52.50", "20.00"]
    old = window.instrument.questions.get(code="B-1")
    assert (old.text, old.kind) == ("Pertanyaan B-1.", "score")
    both = reverse("evaluations:instrument_compare", args=[newest.pk])
    shown = kominfo_client.get(both, {"than": window.instrument_id})
    assert "27,5" in shown.content.decode()
    assert kominfo_client.get(address).status_code == 404


def test_a_version_goes_out_as_files_that_say_the_same(kominfo_client, instrument) -> None:
    data = plain_of(instrument)
    book = kominfo_client.get(reverse("evaluations:instrument_file", args=[instrument.pk, "xlsx"]))
    assert plain(read_sheet(book.content, "x.xlsx")) == data
    assert "instrumen-KECIL-v1.xlsx" in book["Content-Disposition"]
    text = kominfo_client.get(reverse("evaluations:instrument_file", args=[instrument.pk, "yaml"]))
    assert plain(read(text.content)) == data
    assert (
        kominfo_client.get(reverse("evaluations:instrument_file", args=[instrument.pk, "exe"])).status_code
        == 404
    )


def test_the_pages_show_use_weights_and_both_languages(kominfo_client, window, small) -> None:
    small["instrument"] |= {"version": 2, "official": True}
    small["sections"][0]["questions"][0] |= {"text_en": "Question one.", "kind": "data"}
    other = load(as_file(small))
    page = kominfo_client.get(reverse("evaluations:instruments")).content.decode()
    assert "Tahap II 2022 (Kota Tanjungpinang)" in page
    assert "resmi" in page
    shown = kominfo_client.get(other.get_absolute_url()).content.decode()
    for part in (
        "Pertanyaan B-1.",
        "Question one.",
        "Dinilai asesor, dijawab dengan data angka",
        "Laporan",
        "Arti 4.",
    ):
        assert part in shown


@pytest.mark.parametrize("who", ["planner", "auditor", "leader"])
def test_others_of_the_city_read_and_cannot_load(who: str, client, cast, window, small) -> None:
    client.force_login(cast[who])
    pk = window.instrument_id
    assert client.get(reverse("evaluations:instruments")).status_code == 200
    page = client.get(reverse("evaluations:instrument", args=[pk]))
    assert page.status_code == 200
    assert "Buat versi baru" not in page.content.decode()
    assert client.post(reverse("evaluations:instrument_copy", args=[pk]), {"key": KEY}).status_code == 403
    file = SimpleUploadedFile("a.yaml", as_file(second(small)))
    address = reverse("evaluations:instrument_upload")
    assert client.post(address, {"file": file, "key": KEY}).status_code == 403
    assert not InstrumentDraft.objects.exists()


def test_a_draft_is_its_authors_alone(kominfo_client, cast, small, person, city) -> None:
    draft = send(kominfo_client, as_file(small)).context["draft"]
    colleague = person("kominfo-2", "reviewer", city)
    for user, code in ((colleague, 404), (cast["foreign_reviewer"], 404), (cast["planner"], 404)):
        kominfo_client.force_login(user)
        assert kominfo_client.get(draft.get_absolute_url()).status_code == code
        address = reverse("evaluations:instrument_load", args=[draft.pk])
        assert kominfo_client.post(address, {"seen": ""}).status_code == code
    assert not Instrument.objects.exists()
