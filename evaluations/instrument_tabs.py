"""The sheets of an instrument's workbook: which there are, what their columns hold, and the words in them.

The workbook is a file format, so its words are Indonesian whatever the language of the page. Headings are
known by their letters alone; the key of the YAML file (`text_id`) is understood as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from evaluations import scoring
from evaluations.instrument_file import DATA, SCORE, SURVEY_MEAN
from smartcity.lib.spreadsheets import key_of

TEXT, WHOLE, NUMBER, YES, WORD, LEVELS = "text", "whole", "number", "yes", "word", "levels"
YES_WORDS = {True: "ya", False: "tidak"}
KIND_WORDS = {SCORE: "skor", DATA: "data", SURVEY_MEAN: "rata-rata survei"}
METHOD_WORDS = {
    "mean_of_questions": "rata-rata pertanyaan",
    "mean_of_smart_dimensions": "rata-rata dimensi",
    "mean_of_quick_wins": "rata-rata quick win",
}
LEVEL_WORDS = {
    scoring.QUESTION: "pertanyaan",
    scoring.SUB_DIMENSION: "subdimensi",
    scoring.SMART_DIMENSION: "dimensi",
    scoring.QUICK_WIN: "quick win",
}
LEVEL_MARK = " > "


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its heading, the key it fills, and how its cells are read. `words`: value -> word in the sheet."""

    heading: str
    key: str
    kind: str = TEXT
    words: Mapping[str, str] | None = None
    width: int = 18


@dataclass(frozen=True, slots=True)
class Tab:
    """A sheet: its name, the list of the file it holds, its columns."""

    title: str
    path: str
    fields: tuple[Field, ...]

    def named(self, heading: str) -> Field | None:
        """The column a heading means; None for one nobody knows."""
        key = key_of(heading)
        return next((one for one in self.fields if key in (key_of(one.heading), key_of(one.key))), None)


def _both(word: str, key: str, width: int = 40) -> tuple[Field, Field]:
    return (
        Field(f"{word} (Indonesia)", f"{key}_id", width=width),
        Field(f"{word} (Inggris)", f"{key}_en", width=width),
    )


CODE = Field("Kode", "code")

#: One line a fact: what it is called, where it belongs. "Catatan" may stand there several times.
HEAD = Tab("Instrumen", "instrument", (Field("Isian", "what", width=34), Field("Nilai", "value", width=70)))
FACTS: tuple[tuple[str, Field], ...] = (
    ("instrument", Field("Kode", "code")),
    ("instrument", Field("Versi", "version", WHOLE)),
    ("instrument", Field("Tahun", "year", WHOLE)),
    ("instrument", Field("Judul (Indonesia)", "title_id")),
    ("instrument", Field("Judul (Inggris)", "title_en")),
    ("instrument", Field("Resmi", "official", YES)),
    ("instrument", Field("Jenis", "kind")),
    ("instrument", Field("Catatan", "notes_en")),
    ("dimension_set", Field("Kode susunan dimensi", "code")),
    ("dimension_set", Field("Nama susunan dimensi (Indonesia)", "name_id")),
    ("dimension_set", Field("Nama susunan dimensi (Inggris)", "name_en")),
    ("dimension_set", Field("Asal susunan dimensi", "mark")),
    ("survey", Field("Responden per dimensi", "respondents_per_dimension", WHOLE)),
)

DIMENSIONS = Tab(
    "Dimensi",
    "dimension_set/dimensions",
    (CODE, *_both("Nama", "name"), Field("Keterangan", "gloss_id", width=40)),
)
SUB_DIMENSIONS = Tab(
    "Subdimensi", "sub_dimensions", (Field("Dimensi", "dimension"), CODE, *_both("Nama", "name"))
)
AREAS = Tab("Bidang", "areas", (CODE, *_both("Nama", "name")))
EVIDENCE_TYPES = Tab("Jenis Bukti", "evidence_types", (CODE, *_both("Nama", "name")))
RUBRICS = Tab(
    "Rubrik",
    "rubrics",
    (
        Field("Rubrik", "code"),
        *_both("Nama rubrik", "name", 24),
        Field("Skor", "score", WHOLE, width=8),
        *_both("Label", "label", 24),
        *_both("Arti", "meaning", 50),
    ),
)
SECTIONS = Tab(
    "Bagian",
    "sections",
    (
        CODE,
        *_both("Nama", "name", 30),
        Field("Bobot", "weight", NUMBER, width=10),
        Field("Cara hitung", "method", WORD, METHOD_WORDS, width=26),
        Field("Tingkat", "levels", LEVELS, LEVEL_WORDS, width=40),
    ),
)
QUESTIONS = Tab(
    "Pertanyaan",
    "questions",
    (
        Field("Bagian", "section"),
        CODE,
        Field("Jenis", "kind", WORD, KIND_WORDS),
        *_both("Pertanyaan", "text", 60),
        Field("Bidang", "area"),
        Field("Dimensi", "smart_dimension"),
        Field("Subdimensi", "sub_dimension"),
        Field("Rubrik", "rubric"),
        Field("Wajib", "required", YES, width=10),
    ),
)
EVIDENCE = Tab(
    "Petunjuk Bukti",
    "evidence",
    (
        Field("Kode pertanyaan", "question"),
        Field("Jenis bukti", "type"),
        *_both("Bukti", "text", 50),
        Field("Perlu tanggal", "date", YES),
        Field("Perlu halaman", "page", YES),
    ),
)
TABS = (DIMENSIONS, SUB_DIMENSIONS, AREAS, EVIDENCE_TYPES, RUBRICS, SECTIONS, QUESTIONS, EVIDENCE)
