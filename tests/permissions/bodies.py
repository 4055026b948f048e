"""What each POST of the matrix carries: enough for whoever is allowed to get through."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from evaluations import bank, freezing, run_sheet
from evaluations.actions import base_mark
from evaluations.actions.bank import fingerprint
from evaluations.models import Area, EvaluationWindow, Instrument, Interview
from evaluations.structure import structure_of
from opd.models import NO_NOTE, Document
from surveys import tokens
from surveys.models import Recap
from tests.permissions import scoring
from tests.permissions import world as worlds
from tests.permissions.surveys import first_service

KEY = "0123456789abcdef0123456789abcdef"


PROGRAM_MOVES = ("submit a programme", "return a programme", "approve a programme", "reopen a programme")


def body_for(world: worlds.World, route: dict[str, str], state: str) -> dict[str, Any]:
    """Return the form of a route's action on the object in `state`."""
    action = route["action"]
    if action in ("propose", "recall", "send back", "submit", "return", "verify", "reopen", *PROGRAM_MOVES):
        return {"note": "Alasan.", "key": KEY}
    builder = BODIES.get(action)
    return builder(world, state) if builder else {}


def _local(moment: Any) -> str:
    return (moment + timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M")


def _photo(world: worlds.World, state: str) -> dict[str, Any]:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), "#2f6f73").save(buffer, "JPEG")
    return {
        "file": SimpleUploadedFile("lain.jpg", buffer.getvalue(), "image/jpeg"),
    }


def _run_sheet(world: worlds.World, state: str) -> dict[str, Any]:
    window = world.windows[state]
    minutes = run_sheet.default_minutes(structure_of(window.instrument), 90)
    found = Interview.objects.of_window(window).first()
    facts: dict[str, Any] = {
        "version": found.version if found else 0,
        "way": "online",
        "place": "Ruang rapat",
    }
    for place, (key, number) in enumerate(minutes.items(), 1):
        facts |= {f"minutes-{key}": number, f"order-{key}": place}
    return facts


def _document(world: worlds.World, state: str) -> Document:
    return Document.objects.get(pk=world.evidence(state).document_id)


def _shown(document: Document) -> dict[str, Any]:
    """One document as it is to be shown for something, as the second step of choosing sends it."""
    at = f"d{document.pk}"
    typed = {f"{at}-title": document.title, f"{at}-page": "2", f"{at}-version": document.version}
    return {"document": document.pk, "key": KEY} | typed


def _chosen(world: worlds.World, state: str) -> dict[str, Any]:
    """A document nothing shows yet."""
    assert world.newer is not None
    return _shown(Document.objects.get(pk=world.newer.pk))


def _replacement(world: worlds.World, state: str) -> dict[str, Any]:
    """Consent to what the operator sees; the head sees other uses as his own to move, and is shown them anew (409)."""
    document = _document(world, state)
    uses = bank.uses_of(worlds.fresh(world, "operator"), document)
    chosen = [use.token for use in uses if use.editable]
    return {"use": chosen, "shown": fingerprint(uses), "version": document.version}


def _section(world: worlds.World, state: str) -> dict[str, Any]:
    version = world.quick_wins[state].section_version("problem")
    return {
        "version": version,
        "problem": "Masalah lain",
        "description": "Solusi",
        "beneficiaries": "Warga",
        "partners": "",
    }


def _list(world: worlds.World, state: str) -> dict[str, Any]:
    content = b"Kode Program;Dimensi;Subdimensi;Program Kerja;OPD Penanggung Jawab\n"
    return {
        "kind": "action_plan",
        "year": "2022",
        "file": SimpleUploadedFile("daftar.csv", content, "text/csv"),
    }


def _columns(world: worlds.World, state: str) -> dict[str, Any]:
    fields = {"c-A": "year", "c-B": "dimension", "c-C": "name", "c-D": "owner_opd"}
    return {"sheet": world.imports[state].sheet, "year": "2022"} | fields


def _create(world: worlds.World, state: str) -> dict[str, Any]:
    """Each agency enters its own: the field is corrected by the form to the one the person has."""
    dimension = world.city.dimension_set.dimensions.get(code="GOV")
    return {"dimension": dimension.pk, "name": "Program baru", "acronym": "", "key": KEY}


def _window(world: worlds.World, state: str, stage: str) -> dict[str, Any]:
    opens = worlds.NOW + timedelta(days=20)
    return {
        "year": 2022,
        "stage": stage,
        "instrument": Instrument.objects.get().pk,
        "inputs_due_at": _local(opens - timedelta(days=1)),
        "opens_at": _local(opens),
        "closes_at": _local(opens + timedelta(days=3)),
        "key": KEY,
        "version": world.windows[state].version if state in world.windows else "",
    }


def _rehearsal(world: worlds.World, state: str) -> dict[str, Any]:
    opens = worlds.NOW + timedelta(days=1)
    return {
        "opens_at": _local(opens),
        "closes_at": _local(opens + timedelta(days=2)),
        "key": KEY,
        "version": world.windows[state].version,
    }


def _seat(world: worlds.World, state: str) -> dict[str, Any]:
    areas = Area.objects.filter(instrument=world.windows[state].instrument)[:2]
    return {
        "user": world.users["assessor"].pk,
        "areas": [area.pk for area in areas],
        "until": _local(worlds.NOW + timedelta(days=40)),
    }


def _evidence(world: worlds.World, state: str) -> dict[str, Any]:
    piece = world.evidence(state)
    return {
        "kind": "photo",
        "title": "Foto lain",
        "document_date": "2022-08-01",
        "page": "",
        "valid_until": "",
        "version": piece.version,
    }


def _note(world: worlds.World, state: str) -> dict[str, Any]:
    kept = world.quick_wins[state].notes.unsent().filter(field="target").first()
    return {"field": "target", "text": "Catatan", "version": kept.version if kept else NO_NOTE}


def _periods(world: worlds.World, state: str) -> dict[str, Any]:
    days = {
        "opens_on": 1,
        "due_on": 10,
        "remind_operator_on": 3,
        "remind_head_on": 10,
        "remind_assistant_on": 15,
    }
    data: dict[str, Any] = {f"q{quarter}-version": 0 for quarter in (1, 2, 3, 4)}
    for quarter, month in ((1, "2022-04"), (2, "2022-07"), (3, "2022-10"), (4, "2023-01")):
        data |= {f"q{quarter}-{name}": f"{month}-{day:02d}" for name, day in days.items()}
    return data


def _progress(world: worlds.World, state: str) -> dict[str, Any]:
    return {
        "version": world.progress[state].version,
        "state": "RUNNING",
        "state_reason": "",
        "value": "41",
        "absorbed": "0",
        "obstacles": "",
        "next_step": "Lanjut.",
    }


def _start(world: worlds.World, state: str) -> dict[str, Any]:
    """The quarter nobody has told of yet."""
    return {"program": world.progress["draft"].program_id, "year": 2022, "quarter": 4}


_MOVES = ("propose", "recall", "send back", "submit", "return", "verify", "reopen")


def _program(world: worlds.World, state: str) -> dict[str, Any]:
    """The agency is chosen by the planner; for an agency's own people the form knows it."""
    like = world.programs["draft"]
    return {
        "opd": like.opd_id,
        "dimension": like.dimension_id,
        "sub_dimension": like.sub_dimension_id,
        "code": "PRG-baru",
        "name": "Program baru",
        "key": KEY,
    }


def _measure(world: worlds.World, state: str) -> dict[str, Any]:
    texts = {"indicator": "Ukuran lain", "unit": "orang", "measure": "cumulative", "better": "up"}
    return texts | {"version": world.programs[state].version}


def _year(world: worlds.World, state: str) -> dict[str, Any]:
    return {"target": "250", "budget": "5.000.000", "version": world.programs[state].version}


def _masterplan(world: worlds.World, state: str) -> dict[str, Any]:
    texts = {"title": "Masterplan lain", "year_from": "2019", "year_to": "2024", "vision": "Cerdas"}
    return texts | {"version": world.programs["draft"].plan.version}


def _instrument(world: worlds.World, state: str) -> dict[str, Any]:
    content = worlds.INSTRUMENT.read_bytes().replace(b"version: 1", b"version: 3", 1)
    return {"file": SimpleUploadedFile("instrumen.yaml", content), "key": KEY}


def _mended(world: worlds.World, state: str) -> dict[str, Any]:
    weights = {"BASELINE": 10, "OUTPUT": 10, "OUTCOME": 40, "IMPACT": 20, "QUICK_WIN": 20}
    head = {"title_id": "Instrumen lain", "instrument_version": 2, "year": 2023, "version": "1"}
    return head | {f"weight-{code}": str(weight) for code, weight in weights.items()}


def _mended_question(world: worlds.World, state: str) -> dict[str, Any]:
    words = {"text_id": "Bunyi baru.", "text_en": "New words.", "area": "lintas"}
    return words | {"kind": "score", "rubric": "R-0-4", "required": "on", "version": "1"}


def _seen(world: worlds.World, state: str) -> dict[str, Any]:
    return {"seen": base_mark(world.instrument_draft.content)}  # type: ignore[union-attr, arg-type]


def _survey(world: worlds.World, state: str) -> dict[str, Any]:
    """A dimension without a survey where a new one is prepared; the one it has where it is changed."""
    survey = world.surveys.get(state)
    dimension = survey.dimension if survey else world.city.dimension_set.dimensions.get(code="ENV")
    return {
        "instrument": Instrument.objects.get().pk,
        "dimension": dimension.pk,
        "mode": "split",
        "opens_at": _local(worlds.NOW + timedelta(days=1)),
        "closes_at": _local(worlds.NOW + timedelta(days=9)),
        "key": KEY,
        "version": survey.version if survey else "",
    }


def _survey_answer(world: worlds.World, state: str) -> dict[str, Any]:
    """As a phone sends it; the actors share one network address, which is not what is asked here."""
    cache.clear()
    return {"a1": "4", "a2": "3", "a3": "2", "token": tokens.issue(world.surveys[state].sheets.get())}


def _survey_service(world: worlds.World, state: str) -> dict[str, Any]:
    service = first_service(world.surveys[state])
    return {"name": "Layanan lain", "opd": service.opd_id, "version": service.version}


def _reply(world: worlds.World, state: str, do: str) -> dict[str, Any]:
    return {"answer": "Jawaban lain", "version": world.items[state].version, "do": do, "key": KEY}


def _letter(world: worlds.World, state: str) -> dict[str, Any]:
    """A letter of a year the portal held no window for; on a change, other numbers."""
    found = world.officials.get(state)
    return {
        "year": "2020",
        "stage": "Tahap I",
        "instrument": Instrument.objects.get().pk,
        "letter_number": "B-9/2022",
        "letter_date": "2022-10-01",
        "index": "3,05",
        "version": found.version if found else "",
        "key": KEY,
    }


def _decided(world: worlds.World, state: str) -> dict[str, Any]:
    return {"note": "Alasan.", "version": world.officials[state].version}


def _submission(world: worlds.World, state: str) -> dict[str, Any]:
    """As the page of the submission carries it: the version, and the mark of what was read."""
    window = EvaluationWindow.objects.get(pk=world.windows[state].pk)
    proposal = window.proposal_or_none()
    return {
        "note": "KANARI-USUL",
        "version": proposal.version if proposal else 1,
        "seen": freezing.mark_of(freezing.contents(window)),
        "key": KEY,
    }


def _recommendation(world: worlds.World, state: str) -> dict[str, Any]:
    """A new one of 2021; on a correction, other words and why."""
    found = world.recommendations.get(state)
    return {
        "year": "2021",
        "source": "minutes",
        "text": "Bentuk forum.",
        "opd": world.quick_wins["draft"].opd_id,
        "due_on": "2022-12-10",
        "reason": "Salah baca.",
        "key": KEY,
        "version": found.version if found else "",
    }


def _follow_up(world: worlds.World, state: str) -> dict[str, Any]:
    return {"note": "Selesai.", "version": world.recommendations[state].version}


BODIES: dict[str, Any] = {
    "propose a submission": _submission,
    "take a submission back": _submission,
    "return a submission": _submission,
    "approve a submission": _submission,
    "give a recommendation": _recommendation,
    "correct a recommendation": _recommendation,
    **dict.fromkeys(
        (
            "begin a follow-up",
            "propose a follow-up",
            "return a follow-up",
            "close a recommendation",
            "drop a recommendation",
            "reopen a recommendation",
        ),
        _follow_up,
    ),
    "plan a step": lambda world, state: {"text": "Langkah lain", "due_on": "2022-11-01", "key": KEY},
    "add what closes it": _photo,
    "link what closes it": lambda world, state: BODIES["add a link"](world, state),
    "enter a letter": _letter,
    "change a letter": _letter,
    "keep a letter's scan": _photo,
    "correct a letter": _decided,
    "publish a letter": _decided,
    "discard a letter": _decided,
    "withdraw a letter": _decided,
    "bring in an instrument": _instrument,
    "copy an instrument": lambda world, state: {"key": KEY},
    "mend an instrument's draft": _mended,
    "mend a draft's question": _mended_question,
    "load an instrument": _seen,
    "create a survey": _survey,
    "change a survey": _survey,
    "choose a service": _survey_service,
    "confirm a service": lambda world, state: {"version": first_service(world.surveys[state]).version},
    "close a survey": lambda world, state: {"note": "Kuota cukup."},
    "enter a recap": lambda world, state: {
        "count_3": "20",
        "count_4": "30",
        "reason": "Kertas loket.",
        "version": Recap.objects.last_number(first_service(world.surveys[state])),
    },
    "answer with a respondent": _survey_answer,
    "answer a survey": _survey_answer,
    "create a meeting": lambda world, state: {
        "title": "Rapat lain",
        "day": "2022-10-20",
        "hour": "09:00",
        "key": KEY,
    },
    "change a meeting": lambda world, state: {
        "title": "Rapat ubah",
        "day": "2022-09-01",
        "hour": "09:00",
        "version": "1",
    },
    "decide": lambda world, state: {
        "text": "Lengkapi bukti",
        "opd": world.quick_wins["draft"].opd_id,
        "due_on": "2022-11-01",
        "key": KEY,
    },
    "correct a decision": lambda world, state: {
        "text": "Lengkapi bukti dukung",
        "opd": world.quick_wins["draft"].opd_id,
        "due_on": "2022-11-01",
        "reason": "Salah ketik.",
        "version": "1",
    },
    "report a decision": lambda world, state: {"note": "Sudah dilengkapi.", "version": "1"},
    "open a decision again": lambda world, state: {"note": "Belum selesai.", "version": "1"},
    "enter a programme": _program,
    "save a programme": _measure,
    "set a year": _year,
    "change the plan": _masterplan,
    "set the budget": lambda world, state: {"total": "1.000.000.000", "source": "Perda APBD", "version": "0"},
    **{f"{name} progress": lambda world, state: {"note": "Alasan.", "key": KEY} for name in _MOVES},
    "save progress": _progress,
    "start progress": _start,
    "approve several": lambda world, state: {"report": world.progress["proposed"].pk, "key": KEY},
    "correct a document": lambda world, state: {
        "kind": "photo",
        "note": "Lemari 3",
        "version": _document(world, state).version,
    },
    "answer still valid": lambda world, state: {"holds": "yes", "version": _document(world, state).version},
    "upload a newer version": _photo,
    "replace a document": _replacement,
    "add progress evidence": _photo,
    "add a progress link": lambda world, state: BODIES["add a link"](world, state),
    "note on progress": lambda world, state: {"field": "value", "text": "Catatan", "version": "none"},
    "reply on progress": lambda world, state: {"reply": "Sudah benar."},
    "set the periods": _periods,
    "bring in a list": _list,
    "point out the headings": lambda world, state: {"place": "0-1", "height": "1"},
    "confirm the columns": _columns,
    "choose rows": lambda world, state: {"all": "no"},
    "consent": lambda world, state: {"shown": "2", "row": "2"},
    "theme": lambda world, state: {"theme": "dark"},
    "create a quick win": _create,
    "save a section": _section,
    "add evidence": _photo,
    "add a link": lambda world, state: {
        "link-url": "https://contoh.go.id/a",
        "link-title": "Halaman",
        "key": KEY,
    },
    "change evidence": _evidence,
    "write a note": _note,
    "reply to a note": lambda world, state: {"reply": "Sudah benar."},
    "create a window": lambda world, state: _window(world, state, "Tahap lain"),
    "change a window": lambda world, state: _window(world, state, "Tahap ubah"),
    "create a rehearsal": _rehearsal,
    "change a rehearsal": _rehearsal,
    "score the own house": lambda world, state: {
        "value": "3",
        "remark": "Cukup.",
        "reason": "",
        "version": "0",
    },
    "extend a window": lambda world, state: {
        "until": _local(worlds.NOW + timedelta(days=6)),
        "reason": "Listrik padam.",
    },
    "seat an assessor": _seat,
    "write an answer": lambda world, state: {"self_score": "2", "text": "Jawaban lain", "version": "1"},
    "ask agencies": lambda world, state: {"opd": world.city.opds.get(short="DLH").pk, "questions": ["OP-4"]},
    "write an agency's answer": lambda world, state: {
        "self_score": "2",
        "text": "Jawaban lain",
        "version": str(world.answers[state].version),
    },
    "add to an answer": _photo,
    "return an answer": lambda world, state: {"note": "Sebut halamannya."},
    "reopen an answer": lambda world, state: {"note": "Ada yang berubah."},
    "add a link to an answer": lambda world, state: {
        "link-url": "https://contoh.go.id/a",
        "link-title": "Halaman",
        "key": KEY,
    },
    "show for a quick win": _chosen,
    "show for a report": _chosen,
    "show for an answer": _chosen,
    "show for a recommendation": _chosen,
    "show for a reply": lambda world, state: _shown(Document.objects.get(pk=world.paper.pk)),
    "change an exhibit": lambda world, state: {
        "kind": "photo",
        "title": "Foto lain",
        "page": "1",
        "version": str(world.answers[state].exhibits.get().version),
    },
    "declare": lambda world, state: {"answer": "none", "conflict": ""},
    "score": lambda world, state: {"value": "3", "remark": "Cukup.", "reason": "", "version": "0"},
    "arrange the interview": _run_sheet,
    "write a question of the consensus": lambda world, state: {"value": "", "reason": "x", "version": "0"},
    "close the consensus": lambda world, state: {"version": "1"},
    "correct the consensus": lambda world, state: {"note": "Salah ketik."},
    "note in the interview": lambda world, state: {"code": "OP-2", "text": "Disebut.", "version": "0"},
    "look at a workbook": scoring.filled,
    "save a workbook": scoring.looked_at,
    "hand over": lambda world, state: {"to": world.users["operator"].pk, "at": "2022-10-20", "until": ""},
    "switch the year": lambda world, state: {
        "year": world.city.evaluation_year + 1,
        "switch": "1",
        "sure": "yes",
    },
    "ask for a report": lambda world, state: {"key": KEY, "source": f"{world.windows['closed'].pk}"},
    "ask the city": lambda world, state: {"text": "Bukti mana?", "key": KEY},
    "save a reply": lambda world, state: _reply(world, state, "save"),
    "send a reply": lambda world, state: _reply(world, state, "send"),
    "attach to a reply": lambda world, state: _photo(world, state),
    "withdraw a question": lambda world, state: {"note": "Sudah jelas."},
    "extend an item": lambda world, state: {
        "until": _local(worlds.NOW + timedelta(days=2)),
        "reason": "Listrik padam.",
    },
    "pass on an item": lambda world, state: {
        "opd": world.city.opds.get(short="DLH").pk,
        "note": "Bukan bidangnya.",
    },
}
