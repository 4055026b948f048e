"""What lies where in a dossier: numbered folders by section and question, in the instrument's order.

01-BASELINE/01-BL-1/01-Tindak-lanjut-rekomendasi.pdf      evidence of an answer
01-BASELINE/01-BL-1/TAUTAN.txt                            its links, as text
05-QUICK_WIN/00-PROGRAM/01-QW-2022-1/01-Foto.jpg          evidence of a quick win

Names are made of letters, digits, dot, dash and underscore; what somebody typed is only quoted in tables.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from evaluations.structure import QuestionFacts, Structure
from reports.dossier.material import Material
from smartcity.lib.files import FORMATS

LINKS = "TAUTAN.txt"
_PROGRAMS = "00-PROGRAM"
_OF_QUICK_WINS = "mean_of_quick_wins"
_LONGEST_NAME = 60  # letters of a title in a file name: Windows ends a path at 260
_ENDINGS = {form.media_type: form.extensions[0] for form in FORMATS.values()}


@dataclass(frozen=True)
class Piece:
    """A piece of evidence: a file with its place, or a link (`path` of the text file that quotes it)."""

    path: str
    owner: str  # code of the question or quick win
    owner_title: str
    questions: str  # the codes it is evidence for
    facts: Mapping[str, Any]  # evidence_payload

    @property
    def sha256(self) -> str:
        return str(self.facts["sha256"])

    @property
    def size(self) -> int:
        return int(self.facts["size"])


@dataclass(frozen=True)
class Folder:
    """The folder of a question or a quick win."""

    path: str
    pieces: tuple[Piece, ...]

    @property
    def links(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if not piece.sha256)


@dataclass(frozen=True)
class Contents:
    """All folders of a dossier, in order; those of questions and quick wins by their code."""

    material: Material
    folders: tuple[Folder, ...]
    by_owner: Mapping[str, Folder] = field(default_factory=dict)

    @property
    def pieces(self) -> Iterator[Piece]:
        return (piece for folder in self.folders for piece in folder.pieces)

    @property
    def files(self) -> Iterator[Piece]:
        return (piece for piece in self.pieces if piece.sha256)


def contents_of(material: Material) -> Contents:
    """Give every piece of frozen evidence its place."""
    structure = material.structure
    folders: list[tuple[str, Folder]] = []
    placed = False
    for number, section in enumerate(structure.sections, 1):
        base = numbered(number, len(structure.sections), section.code)
        if section.method == _OF_QUICK_WINS and not placed:
            placed = True
            folders += _quick_wins(material, f"{base}/{_PROGRAMS}")
        for place, question in enumerate(section.questions, 1):
            path = f"{base}/{numbered(place, len(section.questions), question.code)}"
            answer = material.answers.get(question.code, {})
            pieces = _pieces(path, question.code, str(question.text), question.code, answer)
            folders.append((question.code, Folder(path, pieces)))
    if not placed:
        folders += _quick_wins(material, _PROGRAMS)
    return Contents(material, tuple(folder for _code, folder in folders), dict(folders))


def asked_about(quick_win: Mapping[str, Any], structure: Structure) -> list[QuestionFacts]:
    """The questions a quick win is evidence for: those of its dimension in the section of the quick wins."""
    return [
        question
        for section in structure.sections
        if section.method == _OF_QUICK_WINS
        for question in section.questions
        if question.dimension == quick_win["dimension"]["code"]
    ]


def numbered(number: int, of: int, name: str) -> str:
    """Return a folder or file name that sorts as it is counted: "01-BASELINE".

    >>> numbered(3, 12, "Rekap survei.pdf"), numbered(7, 120, "A/b")
    ('03-Rekap-survei.pdf', '007-A-b')
    """
    return f"{number:0{max(2, len(str(of)))}d}-{plain_name(name)}"


def plain_name(words: str) -> str:
    """Return words as letters, digits, dot, dash and underscore; "berkas" when nothing is left.

    >>> plain_name("SK Wali Kota No. 12/2022 – Déwan"), plain_name("../../etc"), plain_name("文件")
    ('SK-Wali-Kota-No.12-2022-Dewan', 'etc', 'berkas')
    """
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    joined = re.sub(r"[^A-Za-z0-9_.]+", "-", ascii_only)
    joined = re.sub(r"[-.]*\.[-.]*", ".", joined)
    return joined[:_LONGEST_NAME].strip("-._") or "berkas"


def link_lines(folder: Folder) -> str:
    """The links of a folder as text: what it is, and the address in a line of its own."""
    head = _("Addresses given as evidence. The portal has not opened them.")
    lines = [head]
    for piece in folder.links:
        lines += ["", _one_line(piece.facts["title"]), _one_line(piece.facts["url"])]
    return "\r\n".join([*lines, ""])


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _quick_wins(material: Material, base: str) -> Iterator[tuple[str, Folder]]:
    found = sorted(
        material.quick_wins.values(), key=lambda payload: (payload["dimension"]["order"], payload["code"])
    )
    for place, payload in enumerate(found, 1):
        code = payload["code"]
        path = f"{base}/{numbered(place, len(found), code)}"
        asked = ", ".join(question.code for question in asked_about(payload, material.structure))
        yield code, Folder(path, _pieces(path, code, payload["title"], asked, payload))


def _pieces(
    path: str, code: str, title: str, questions: str, payload: Mapping[str, Any]
) -> tuple[Piece, ...]:
    evidence: Iterable[Mapping[str, Any]] = payload.get("evidence", ())
    files = [facts for facts in evidence if facts["sha256"]]
    links = [facts for facts in evidence if not facts["sha256"]]
    named = [
        (f"{path}/{numbered(place, len(files), facts['title'])}.{ending_of(facts['media_type'])}", facts)
        for place, facts in enumerate(files, 1)
    ]
    named += [(f"{path}/{LINKS}", facts) for facts in links]
    return tuple(Piece(place, code, title, questions, facts) for place, facts in named)


def ending_of(media_type: str) -> str:
    """How a file of this kind ends; "bin" for what the portal does not keep."""
    return _ENDINGS.get(media_type, "bin")
