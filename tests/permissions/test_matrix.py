"""The permission matrix: every route, every actor, the code that is right (matrix.csv, written by hand).

A cell "302+" means: allowed, and it left an audit event; "302" without the plus means: refused politely, or
nothing to do, and nothing in the database changed. Each row is one test; its cells run in savepoints.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from opd.models import AuditEvent
from smartcity import typed
from smartcity.lib import clock
from tests.permissions import world as worlds
from tests.permissions.bodies import body_for
from tests.permissions.surveys import first_service

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
OURS = ("opd", "evaluations", "surveys", "reports")
#: Pages that belong to libraries: their own rules are tested in test_accounts.py.
FOREIGN = ("account_", "admin:")
#: What changes without an audit event: sessions come and go, a theme is a personal choice, and the moment of a
#: respondent's answer would name the person (docs/adr/0014).
PERSONAL = {"sessions.session", "opd.user", "surveys.response", "surveys.mark"}


def rows_of(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROUTES, MATRIX = rows_of("routes.csv"), rows_of("matrix.csv")
ACTORS = [name for name in MATRIX[0] if name not in ("action", "state")]
CASES = [(route, row) for route in ROUTES for row in MATRIX if row["action"] == route["action"]]


@pytest.mark.parametrize(
    ("route", "row"),
    CASES,
    ids=[f"{route['route']} {route['method']} {row['state']}" for route, row in CASES],
)
def test_every_cell(route: dict[str, str], row: dict[str, str], world: worlds.World) -> None:
    wrong = []
    for actor in ACTORS:
        code = ask(world, route, row["state"], actor, wrong)
        if code != row[actor]:
            wrong.append(f"{actor}: expected {row[actor]}, got {code}")
    assert wrong == []


def ask(world: worlds.World, route: dict[str, str], state: str, actor: str, wrong: list[str]) -> str:
    """Send one request in a savepoint; return the code, with a plus when it left an audit event."""
    with transaction.atomic(), clock.at(worlds.NOW):
        client = Client(raise_request_exception=False)
        if actor != "anonymous":
            client.force_login(world.users[actor])
        before, events = fingerprint(), AuditEvent.objects.count()
        url = address(world, route, state)
        body = body_for(world, route, state) if route["method"] == "POST" else None
        response = client.post(url, body) if route["method"] == "POST" else client.get(url)
        text = body_of(response)
        changed, marked = fingerprint() != before, AuditEvent.objects.count() > events
        code = f"{response.status_code}{'+' if marked else ''}"
        if changed and not marked:
            wrong.append(f"{actor}: {code} changed rows without an audit event")
        wrong += [f"{actor}: read {word}" for word in unreadable(actor, route, state) if word in text]
        transaction.set_rollback(True)
    return code


def body_of(response: Any) -> bytes:
    """The whole body, of a workbook what is packed in it; reading a streamed one to its end also closes its file."""
    body = b"".join(response.streaming_content) if response.streaming else bytes(response.content)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            return b"".join(package.read(name) for name in package.namelist())
    return body


def fingerprint() -> dict[str, int]:
    """How many rows each table has; the version columns make edits visible too. One statement for all tables."""
    with connection.cursor() as cursor:
        cursor.execute(_fingerprint_sql())
        return dict(cursor.fetchall())


@cache
def _fingerprint_sql() -> str:
    parts = []
    for model in apps.get_models():
        if model._meta.app_label in OURS and model._meta.label_lower not in PERSONAL:
            table = connection.ops.quote_name(model._meta.db_table)
            versions = (
                " + COALESCE(SUM(version), 0)" if "version" in {f.name for f in model._meta.fields} else ""
            )
            parts.append(f"SELECT '{model._meta.label}', COUNT(*){versions} FROM {table}")
    return " UNION ALL ".join(parts)


def address(world: worlds.World, route: dict[str, str], state: str) -> str:
    args = dict(part.split("=") for part in route["args"].split(";") if part)
    builders = {
        "none": dict,
        "opd": lambda: {"pk": world.city.opds.get(short="DISBUDPAR").pk},
        "quick_win": lambda: {"pk": world.quick_wins[state].pk},
        "evidence": lambda: {"pk": world.evidence(state).pk},
        "document": lambda: {"pk": world.evidence(state).document_id},
        "two_documents": lambda: {
            "pk": world.evidence(state).document_id,
            "newer_pk": world.newer.pk,
        },
        "note": lambda: {"pk": world.note(state).pk},
        "receipt": lambda: {"number": world.receipt(state).number},
        "progress": lambda: {"pk": world.progress[state].pk},
        "progress_note": lambda: {"pk": world.progress[state].notes.sent().get().pk},
        "progress_receipt": lambda: {"number": world.progress[state].submissions.get(sequence=1).number},
        "window": lambda: {"pk": world.windows[state].pk},
        "seat": lambda: {"pk": world.windows[state].pk, "seat_pk": world.seats["assessor"].pk},
        "snapshot": lambda: {
            "pk": world.windows[state].pk,
            "sha256": world.evidence("verified").stored_file_id,
        },
        "asked": lambda: {"pk": world.windows["draft"].pk, "code": world.answers[state].question.code},
        "answer": lambda: {"pk": world.answers[state].pk},
        "exhibit": lambda: {"pk": world.answers[state].exhibits.get().pk},
        "membership": lambda: {"pk": world.users["other_operator"].memberships.get().pk},
        "instrument": lambda: {"pk": world.windows["closed"].instrument_id},
        "instrument_draft": lambda: {"pk": world.instrument_draft.pk},
        "item": lambda: {"pk": world.items[state].pk},
        "item_file": lambda: {"pk": world.items[state].pk, "file_pk": world.item_file(state).pk},
        "item_bytes": lambda: {"pk": world.items[state].pk, "sha256": world.item_file(state).stored_file_id},
        "recommendation": lambda: {"pk": world.recommendations[state].pk},
        "recommendation_step": lambda: {
            "pk": world.recommendations[state].pk,
            "step_pk": world.recommendations[state].steps.get().pk,
        },
        "baseline_answer": lambda: {"pk": world.baseline_answer.pk},
        "official": lambda: {"pk": world.officials[state].pk},
        "submission": lambda: {"number": world.windows[state].last_submission().number},
        "report": lambda: {"pk": world.reports[state].pk},
        "dossier": lambda: {"pk": world.windows[state].snapshot().dossier.pk},
        "consensus": lambda: {"pk": world.consensus[state].pk},
        "minutes": lambda: {"pk": world.consensus[state].minutes.pk},
        "import": lambda: {"pk": world.imports[state].pk},
        "program": lambda: {"pk": world.programs[state].pk},
        "meeting": lambda: {"pk": world.decision.meeting_id},
        "decision": lambda: {"pk": world.decision.pk},
        "survey": lambda: {"pk": world.surveys[state].pk},
        "survey_service": lambda: {"pk": first_service(world.surveys[state]).pk},
        "survey_form": lambda: {"code": world.surveys[state].sheets.get().code},
        "survey_window": lambda: {"pk": world.surveys[state].pk, "window_pk": world.windows["draft"].pk},
    }
    return reverse(route["route"], kwargs={**builders[route["object"]](), **args})


def unreadable(actor: str, route: dict[str, str], state: str) -> list[bytes]:
    """Canary words this actor may never read anywhere."""
    words = [b"KANARI-NILAI", b"KANARI-WAWANCARA"] if actor != "assessor" else []
    if actor != "planner":
        words.append(b"KANARI-LATIHAN")  # a score of a rehearsal that is not handed in
    if actor not in ("reviewer", "home_reviewer", "planner", "leadership", "auditor"):
        words.append(b"KANARI-TEMUAN")  # what a closed rehearsal found: the city's people, and who handed in
    if actor not in ("reviewer", "home_reviewer", "planner"):
        words.append(b"KANARI-SURAT")  # nobody else reads a letter before it is published
    if actor not in ("operator", "head"):
        words.append(b"KANARI-KL-DRAF")  # an answer in work is its agency's
    if actor not in ("operator", "head"):
        words.append(b"KANARI-REK-BUKTI")  # what is to close a recommendation, before it is proposed
    if actor in ("leadership", "assessor", "other_assessor"):
        words.append(b"KANARI-REK-USUL")  # proposed, not closed: the city does not stand for it yet
    if actor in ("operator", "head", "assessor"):
        words.append(b"KANARI-SEPAKAT")  # what another panel agreed on
    if actor == "other_assessor":
        words += [b"KANARI-TANYA", b"KANARI-KL"]
    if actor in ("anonymous", "other_operator", "administrator", "conflicted"):
        words.append(b"KANARI")
    if actor in ("reviewer", "home_reviewer", "planner", "auditor"):
        words += [
            b"KANARI-ISI-draft",
            b"KANARI-BUKTI-draft",
            b"KANARI-ISI-proposed",
            b"KANARI-BUKTI-proposed",
        ]
    if actor in ("operator", "head"):
        words.append(b"KANARI-NOTULEN")  # the city's talk; an agency reads the decisions made for it
    if actor in ("leadership", "assessor", "other_assessor"):
        words += [b"KANARI-ISI-" + name for name in (b"draft", b"proposed", b"submitted", b"returned")] + [
            b"KANARI-CATATAN"
        ]
    return words


# --- The table is complete -----------------------------------------------------------------------


def names_of(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names_of(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{prefix}{pattern.name}"


def test_no_route_is_missing_from_the_table() -> None:
    known = {route["route"] for route in ROUTES}
    found = {name for name in names_of(get_resolver()) if not name.startswith(FOREIGN)}
    assert found - known == set()
    assert known - found == set()


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {route["action"] for route in ROUTES} == {row["action"] for row in MATRIX}


@pytest.mark.parametrize("name", sorted({route["route"] for route in ROUTES}))
def test_other_methods_are_refused(name: str, world: worlds.World) -> None:
    """What the table does not list is answered 405, whoever asks."""
    routes = [route for route in ROUTES if route["route"] == name]
    state = next(row["state"] for row in MATRIX if row["action"] == routes[0]["action"])
    listed = {route["method"] for route in routes}
    with transaction.atomic(), clock.at(worlds.NOW):
        client = Client(raise_request_exception=False)
        client.force_login(world.users["reviewer"])
        url = address(world, routes[0], state)
        answers = {}
        for method in ("GET", "POST", "PUT", "DELETE"):
            response = getattr(client, method.lower())(url)
            answers[method] = response.status_code
            body_of(response)
        transaction.set_rollback(True)
    assert {method for method, code in answers.items() if code != 405 and method not in listed} == set()


def test_who_is_sent_back_to_a_page_finds_one(world: worlds.World) -> None:
    """What a form was typed on is opened again after the sign-in: an address that only takes forms is no page."""
    opening = {route["route"] for route in ROUTES if route["method"] == "GET"}
    wrong = set()
    for route in ROUTES:
        state = next(row["state"] for row in MATRIX if row["action"] == route["action"])
        url = address(world, route, state)
        if typed.opens(url) != (route["route"] in opening) or not typed.opens(typed.that_opens(url)):
            wrong.add(route["route"])
    assert wrong == set()


def test_a_cell_is_a_code_we_know() -> None:
    allowed = {"200", "200+", "302", "302+", "403", "404", "409"}
    assert {row[actor] for row in MATRIX for actor in ACTORS} <= allowed


def test_sign_up_is_closed(db: None) -> None:
    page = Client().get(reverse("account_signup"))
    assert b"<input" not in page.content or page.status_code == 404


def test_the_admin_is_for_administrators(world: worlds.World) -> None:
    codes = {}
    for actor in ACTORS:
        with transaction.atomic():
            client = Client()
            if actor != "anonymous":
                client.force_login(world.users[actor])
            codes[actor] = client.get("/admin/").status_code
            transaction.set_rollback(True)
    assert {actor for actor, code in codes.items() if code == 200} == {"administrator"}
