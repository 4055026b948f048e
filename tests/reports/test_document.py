"""The report as a whole: what it says, and that it holds together. Figures are read back from the PDF."""

import io
import re
from decimal import Decimal
from itertools import pairwise

import pikepdf
import pytest

from reports import document
from reports.chapters import UnknownSchema, chapters
from reports.schema import READABLE, Inputs
from smartcity.lib.decimals import display
from tests.reports import sample
from tests.reports.reading import Read, outline, read, rendered


@pytest.fixture(scope="module")
def closed() -> Inputs:
    return sample.inputs(assessed=True)


@pytest.fixture(scope="module")
def report(closed: Inputs) -> Read:
    return rendered(closed)


@pytest.fixture(scope="module")
def open_report() -> Read:
    return rendered(sample.inputs(live=True))


def _row(report: Read, page: int, name: str) -> list[str]:
    """The cells of a table line as printed, split where there is more than one space."""
    lines = (line.strip() for line in report.pages[page - 1].splitlines())
    rows = (re.split(r"\s{2,}", line) for line in lines if line.startswith(name))
    return next(row for row in rows if len(row) > 1)[1:]


# --- Figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["BASELINE", "OUTPUT", "OUTCOME", "IMPACT"])
def test_section_table_prints_both_series_with_contribution_and_gap(report, closed, code) -> None:
    section = next(row for row in closed["sections"] if row["code"] == code)
    own, assessed = (Decimal(closed[key]["sections"][code]["value"]) for key in ("self_assessed", "assessed"))
    weight = Decimal(section["weight"])
    cells = _row(report, 3, section["name"])
    contributions = [display(value * weight / 100, 3) for value in (own, assessed)]
    assert cells[0] == display(weight, 0)
    assert cells[1:5] == [display(own), contributions[0], display(assessed), contributions[1]]
    assert cells[5] == display(assessed - own)


def test_both_indices_stand_side_by_side(report, closed) -> None:
    summary = report.pages[2]
    assert display(Decimal(closed["self_assessed"]["index"])) in summary
    assert display(Decimal(closed["assessed"]["index"])) in summary
    assert display(Decimal(closed["assessed"]["index"]), 3) in summary


def test_every_sub_dimension_has_its_values(report, closed) -> None:
    for dimension in closed["dimensions"]:
        page = report.page_of(f"{dimension['letter']} {dimension['name']}")
        for sub in dimension["sub_dimensions"]:
            own = closed["self_assessed"]["sub_dimensions"][sub["code"]]["value"]
            assert _row(report, page, sub["name"])[0] == display(Decimal(own))


def test_heat_map_prints_the_share_of_each_cell(open_report) -> None:
    tally = sample.inputs(live=True)["tally"]
    shares = {row["opd"]["short"]: row["filled"] * 100 // row["total"] for row in tally}
    assert len(shares) == 8
    for short, share in shares.items():
        cells = _row(open_report, 4, short)
        assert str(share) in cells
        assert cells.count("·") == 5


def test_quick_win_page_prints_target_realisation_and_evidence(report, closed) -> None:
    siap = closed["quick_wins"][0]
    page = report.pages[report.page_of("SIAP") - 1]
    for words in ("41", "120", "98", "81,7%", "Rp185.000.000,00, APBD", "26/09/2022"):
        assert words in page
    for row in siap["evidence"]:
        assert row["title"].split()[0] in page
    assert "halaman 3 sampai 7" in page


def test_a_quick_win_of_usual_length_is_one_page(report) -> None:
    marks = [title for title, _page in outline(report.content)]
    pages = dict(outline(report.content))
    following = dict(pairwise(marks))
    for title in ("SIAP", "Teh Tarek", "Proklim"):
        assert pages[following[title]] == pages[title] + 1


# --- Missing is never zero ------------------------------------------------------------------------


def test_a_missing_section_leaves_no_index() -> None:
    inputs = sample.inputs(sample.BRANDING[:3])
    card = inputs["self_assessed"]
    card["sections"]["BASELINE"] = {"value": None, "given": 0, "expected": 3}
    card["index"] = None
    words = rendered(inputs).words(3)
    assert "Indeks mandiri, belum lengkap" in words
    assert f"sementara {display(Decimal(card['provisional']))} tanpa Baseline" in words
    assert "0,00" not in words


def test_a_partial_series_says_n_of_m(open_report) -> None:
    summary = open_report.words(3)
    assert "Indeks mandiri, sementara" in summary
    assert "sementara, 71 dari 78" in summary


def test_without_a_result_there_is_no_assessed_value(open_report) -> None:
    assert "sesudah jendela ditutup" in open_report.pages[2]
    assert "Selisih" not in open_report.text


def test_a_realisation_that_is_missing_is_a_dash(open_report) -> None:
    page = open_report.pages[open_report.page_of("TOSSA") - 1]
    line = next(line for line in page.splitlines() if line.strip().startswith("Permohonan yang difasilitasi"))
    assert re.split(r"\s{2,}", line.strip())[1:] == ["41", "120", "–", "–"]


def test_a_year_without_anything_is_still_a_report() -> None:
    inputs = sample.inputs(live=True) | {
        "quick_wins": [], "tally": [], "self_assessed": None, "window": None, "instrument": None, "sections": [],
        "survey": [], "outcome_section": "", "survey_expected": 0,
    }  # fmt: skip
    words = rendered(inputs).words()  # type: ignore[arg-type]
    assert "Belum ada quick win yang diisi" in words
    assert "Belum ada jendela evaluasi untuk tahun ini" in words
    assert "0,00" not in words


def test_invented_values_carry_a_chip(report) -> None:
    assert report.text.count("contoh") > 20
    assert "bukan keadaan kota" in report.pages[0]


def test_real_values_carry_none() -> None:
    inputs = sample.inputs(sample.BRANDING[:3])
    inputs["self_assessed"]["sample"] = inputs["window"]["sample"] = False
    inputs["instrument"]["title"] = "Instrumen resmi"
    for row in inputs["quick_wins"]:
        row["sample_fields"] = []
        for piece in row["evidence"]:
            piece["sample"] = False
    assert "contoh" not in rendered(inputs).text


def test_what_is_not_finished_is_counted_and_never_named(open_report) -> None:
    words = open_report.words()
    assert "1 quick win Smart Economy belum diajukan" in words
    assert "1 quick win Smart Society dikembalikan, menunggu OPD" in words
    assert "1 quick win Smart Living dari PKM-BATU10 menunggu diperiksa" in words
    assert "Pengampu Income Point belum dikonfirmasi" in words


def test_a_snapshot_says_that_it_holds_verified_quick_wins_only(report) -> None:
    words = report.words()
    assert "Hanya quick win yang terverifikasi saat jendela dibuka yang dibekukan" in words
    assert "tidak punya quick win dalam data yang dibekukan" in words
    assert "tahun ini:" not in words


# --- Any set of dimensions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dimensions",
    [sample.BRANDING[:3], sample.MOBILITY, sample.EIGHT],
    ids=["three", "mobility", "eight"],
)
def test_any_set_of_dimensions_has_its_chapters(dimensions) -> None:
    inputs = sample.inputs(dimensions, assessed=True)
    report = rendered(inputs)
    titles = [title for title, _page in outline(report.content)]
    assert len([title for title in titles if title.startswith("Outcome per")]) == len(dimensions)
    for row in inputs["dimensions"]:
        page = report.pages[report.page_of(f"{row['letter']} {row['name']}") - 1]
        for sub in row["sub_dimensions"]:
            assert sub["name"] in page


# --- One document ---------------------------------------------------------------------------------


def test_contents_name_the_real_pages(report) -> None:
    marks = dict(outline(report.content))
    lines = [line.strip() for line in report.pages[1].splitlines()]
    entries = [match.groups() for line in lines if (match := re.fullmatch(r"(.+?)\s{2,}(\d+)", line))]
    assert len(entries) == 16
    for title, page in entries:
        name = title.removeprefix("Quick win: ")
        found = next(number for mark, number in marks.items() if mark.endswith(name))
        assert int(page) == found, title


def test_links_of_the_contents_lead_there(report) -> None:
    with pikepdf.open(io.BytesIO(report.content)) as opened:
        numbers = {page.obj.objgen: number for number, page in enumerate(opened.pages, 1)}
        names = opened.Root.Names.Dests.Names
        targets = {
            str(names[place]): numbers[names[place + 1][0].objgen] for place in range(0, len(names), 2)
        }
        # one annotation for each run of text of an entry
        links = list(dict.fromkeys(str(link.Dest) for link in opened.pages[1].Annots))
    assert len(links) == 16
    assert targets["chapter-summary"] == 3
    assert sorted(targets[link] for link in links) == [targets[link] for link in links]


def test_outline_language_title_and_date(report) -> None:
    with pikepdf.open(io.BytesIO(report.content)) as opened:
        assert str(opened.Root.Lang) == "id"
        assert str(opened.docinfo.Title) == "Laporan Kesiapan Smart City 2022, Kota Tanjungpinang"
        assert str(opened.docinfo.CreationDate).startswith("D:20220926010200")
        assert opened.Root.MarkInfo.Marked
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        assert str(opened.Root.StructTreeRoot.Type) == "/StructTreeRoot"
    titles = [title for title, _page in outline(report.content)]
    assert titles[:3] == ["Daftar isi", "Ringkasan", "Dari mana indeks ini"]
    assert titles[-1] == "Pengesahan"
    assert "Teh Tarek" in titles


def test_running_head_and_page_numbers(report) -> None:
    total = len(report.pages)
    for number, page in enumerate(report.pages[1:], 2):
        assert "Laporan Kesiapan Smart City 2022" in page
        assert "LK-2022-2172 versi 2 · data 26 September 2022, 08.02 WIB" in page
        assert re.search(rf"Halaman {number} dari {total}\b", page)
    assert "Halaman" not in report.pages[0]
    assert "Bab 3, Smart Governance" in report.pages[report.page_of("SIAP") - 1]


def test_only_the_bundled_typeface_is_used(report) -> None:
    with pikepdf.open(io.BytesIO(report.content)) as opened:
        names = {
            str(font.BaseFont).partition("+")[2]
            for page in opened.pages
            for font in page.get("/Resources", {}).get("/Font", {}).values()
        }
    assert names
    assert all(name.startswith("Plus-Jakarta-Sans") for name in names)


def test_same_inputs_give_the_same_bytes(report, closed) -> None:
    assert rendered(closed).content == report.content


def test_signature_page_carries_the_fingerprint(report, closed) -> None:
    from reports.chapters.approval import code, grouped
    from smartcity.lib.models import digest_of

    digest = digest_of(closed)
    assert grouped(digest) in " ".join(report.pages[-1].split())
    assert "Nama" in report.pages[-1]
    assert str(code("LK-2022-2172", 2, digest)) in document.compose(closed).html


# --- Rules that keep it fast ----------------------------------------------------------------------


def test_every_table_has_a_colgroup_of_the_page_s_width(closed) -> None:
    widths = dict(re.findall(r"\.(w\d+|of\d) \{ width: ([\d.]+)mm", document.style()))
    tables = re.findall(r"<table class=\"?([\w -]*)\"?>|<table>", document.compose(closed).html)
    bodies = re.findall(r"<table.*?</table>", document.compose(closed).html, re.DOTALL)
    assert len(bodies) == len(tables) > 30
    for body in bodies:
        columns = re.findall(r'<col class="(\w+)">', body)
        cells = re.findall(r"<t[hd]\b", re.search(r"<tr.*?</tr>", body, re.DOTALL).group())  # type: ignore[union-attr]
        assert len(columns) == len(cells), body[:200]
        width = sum(float(widths[name]) for name in columns)
        expected = 76 if "beside" in body[:40] else 154 if "facts" in body[:40] else 170
        assert abs(width - expected) < 0.5, (width, body[:200])


def test_no_flex_grid_or_nested_table(closed) -> None:
    assert not re.search(r"display:\s*(?:flex|grid|inline-flex)", document.style())
    assert not re.search(r"<table(?:(?!</table>).)*<table", document.compose(closed).html, re.DOTALL)
    assert "style=" not in document.compose(closed).html


def test_digest_of_a_chapter_changes_with_its_data_only(closed) -> None:
    changed = sample.inputs(assessed=True)
    changed["quick_wins"][1]["problem"] = "Masalah yang lain."
    before, after = document.compose(closed).parts, document.compose(changed).parts
    assert [key for key in before if before[key] != after[key]] == ["dimension-brd", "approval"]


def test_the_document_speaks_its_own_language(closed) -> None:
    from django.utils import translation

    with translation.override("en"):
        assert "Ringkasan" in document.compose(closed).html


def test_a_newer_schema_is_refused(closed) -> None:
    with pytest.raises(UnknownSchema):
        chapters(closed | {"schema": max(READABLE) + 1})  # type: ignore[typeddict-item]


def test_reading_back_is_itself_right(report) -> None:
    assert len(read(report.content).pages) == len(report.pages) == 16
