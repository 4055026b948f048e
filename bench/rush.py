"""The last hour: 200 operators on the production processes, the load generator on the same two cores (W7 beside it).

The hour is pressed into four minutes: all sign in within the first, everybody writes and is saved every few seconds, and
all submit within the last half minute. PostgreSQL keeps its promises here (fsync on), unlike in the other sections.
What counts is counted afterwards in the database: receipts, texts, people.
"""

import contextlib
import os
import random
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection

from bench.city import LONG_AGO, Built, Size, build, quick_win
from bench.content import SEED, Words
from bench.environment import Stage
from bench.many import quick_wins
from bench.measure import Row
from bench.visitor import Person, Refused, Seconds
from opd.models import Membership, QuickWin, Role, Status, Submission, User
from smartcity.lib import clock
from smartcity.lib.models import digest_of
from tests.servers import Postgres, Process, free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent
PEOPLE, SAVES, OPDS = 200, 12, 43
HEADED = 3  # the first agencies have a head, without whom nobody submits
ARRIVE, WRITE, SUBMIT = 60.0, 150.0, 30.0  # seconds
CLIENTS, LISTED, LIST_SECONDS = 16, 2_000, 12.0
PROBLEM = ("problem", "description", "beneficiaries", "partners")


def rows(stage: Stage) -> list[Row]:
    share = 5 if stage.quick else 1  # --quick: a fifth of the people in a fifth of the time
    with _durable_database(stage):
        built = build("21.95", Size(OPDS, 0, 0), stage.folder)
        built.city.evaluation_year = clock.now().year
        built.city.save()
        password = secrets.token_urlsafe(12)
        crowd = _operators(built, PEOPLE // share, password)
        quick_wins(built, LISTED, clock.now().year - 1)
        with _served(stage) as port:
            seconds = _rush(crowd, port, password, share)
            found = _counted(crowd)
            steady = _steady(port, built, password, LIST_SECONDS / share)
    facts = {
        "people": len(crowd),
        "answers": sum(map(len, seconds.by_name.values())),
        **found,
        "refused": len([who for who in crowd if who.refused]),
        "first_refusals": [who.refused for who in crowd if who.refused][:3],
        "median_form": round(seconds.worst_of("form", 0.5), 3),
        "worst": {name: round(max(values), 2) for name, values in seconds.by_name.items()},
    }
    lost = facts["refused"] + len(crowd) - found["receipts"] + found["texts_lost"] + found["wrong_digests"]
    return [
        Row("R1", "people of the last hour without their receipt, or with a lost text", [lost], 0, "", facts),
        Row("R2", "a form page at the 95th percentile", [seconds.worst_of("form", 0.95)], 1.0, "s"),
        Row("R3", "an autosave at the 95th percentile", [seconds.worst_of("autosave", 0.95)], 0.7, "s"),
        Row("R4", "a submission at the 95th percentile", [seconds.worst_of("submission", 0.95)], 2.0, "s"),
        *steady,
    ]


# --- The city and its servers -----------------------------------------------------------------------


@contextlib.contextmanager
def _durable_database(stage: Stage) -> Iterator[None]:
    """Go on in a PostgreSQL that writes what it confirms; back to the stage's own at the end."""
    postgres, before = Postgres(durable=True), dict(connection.settings_dict)
    try:
        postgres.start()
        connection.close()
        connection.settings_dict.update(HOST=str(postgres.folder), NAME="postgres")
        call_command("migrate", verbosity=0)
        os.environ["PORTAL_DATABASE_URL"] = postgres.url("postgres")
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
        os.environ["PORTAL_DATABASE_URL"] = stage.postgres.url("postgres")
        postgres.stop()


@contextlib.contextmanager
def _served(stage: Stage) -> Iterator[int]:
    """`bin/serve` as an administrator starts it: web, two workers, the clock. Yields the port."""
    port = free_port()
    env = dict(os.environ) | {
        "PORTAL_BIND": f"127.0.0.1:{port}",
        "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
        "PORTAL_PYTHON": sys.executable,
    }
    served = Process([str(ROOT / "bin/serve")], stage.folder / "serve.log", env=env)
    served.start()
    try:
        wait_until(lambda: _answers(port), 120, what="the portal to answer", pause=0.2)
        yield port
    finally:
        served.stop()


def _answers(port: int) -> bool:
    with contextlib.suppress(Refused):
        return bool(Person(port, Seconds()).get("/healthz", "health"))
    return False


@dataclass
class Operator:
    """One of the crowd: an account, a quick win of its own, the text it wrote last, and what went wrong."""

    username: str
    quick_win: QuickWin
    written: str = ""
    refused: str = ""


def _operators(built: Built, count: int, password: str) -> list[Operator]:
    """People of agencies without a head, each with a complete draft; five in an agency."""
    words, secret = Words(SEED), make_password(password, hasher="argon2")
    people = User.objects.bulk_create(
        User(username=f"petugas-{number}", title=f"Petugas {number}", password=secret)
        for number in range(count)
    )
    agencies = [built.opds[HEADED + number % (OPDS - HEADED)] for number in range(count)]
    Membership.objects.bulk_create(
        Membership(user=person, role=Role.OPD_OPERATOR, city=built.city, opd=opd, valid_from=LONG_AGO)
        for person, opd in zip(people, agencies, strict=True)
    )
    year = clock.now().year
    drafts = [quick_win(built, number + 1, Status.DRAFT, words, year=year) for number in range(count)]
    for draft, opd in zip(drafts, agencies, strict=True):
        draft.opd = opd
    return [
        Operator(person.username, draft)
        for person, draft in zip(people, QuickWin.objects.bulk_create(drafts), strict=True)
    ]


# --- What they do -------------------------------------------------------------------------------------


def _rush(crowd: list[Operator], port: int, password: str, share: int) -> Seconds:
    """Everybody at once; returns when the last one is done. No request is tried twice."""
    seconds, start = Seconds(), time.monotonic()
    threads = [
        threading.Thread(target=_work, args=(who, Person(port, seconds), password, start, share), daemon=True)
        for who in crowd
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=600)
    return seconds


def _work(who: Operator, person: Person, password: str, start: float, share: int) -> None:
    """Sign in, open the form, write and be saved, look at it again, submit, read the receipt."""
    chance = random.Random(who.username)
    at = [start + chance.uniform(0, ARRIVE / share)]
    at += sorted(start + chance.uniform(ARRIVE, ARRIVE + WRITE) / share for _ in range(SAVES))
    at.append(start + (ARRIVE + WRITE + chance.uniform(0, SUBMIT)) / share)
    try:
        _until(at[0])
        person.sign_in(who.username, password)
        person.get("/workspace/", "workspace")
        page = person.get(f"/quick-wins/{who.quick_win.pk}/edit/", "form")
        version = 1
        for turn, moment in enumerate(at[1:-1]):
            _until(moment)
            if turn == SAVES // 2:
                page = person.get(f"/quick-wins/{who.quick_win.pk}/edit/", "form")
            version = _write(who, person, page, version, turn)
        _until(at[-1])
        page = person.get(f"/quick-wins/{who.quick_win.pk}/", "page")
        move = f"/quick-wins/{who.quick_win.pk}/moves/submit/"
        person.post(move, "submission", {"key": secrets.token_hex(16)}, page=page)
        person.get(f"/quick-wins/{who.quick_win.pk}/", "page")
    except Refused as refusal:
        who.refused = str(refusal)


def _write(who: Operator, person: Person, page: str, version: int, turn: int) -> int:
    """One autosave of a section, as autosave.js sends it; returns the section's new version."""
    written = f"{who.quick_win.description} Disimpan ke-{turn + 1}."
    values = {name: getattr(who.quick_win, name) for name in PROBLEM}
    values |= {"description": written, "version": str(version)}
    path = f"/quick-wins/{who.quick_win.pk}/sections/problem/"
    answer = person.post(path, "autosave", values, page=page, autosave=True).json()
    who.written = written
    return int(str(answer["version"]))


def _until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def _counted(crowd: list[Operator]) -> dict[str, int]:
    """What the database says afterwards, whatever the browsers were told."""
    receipts = {row.quick_win_id: row for row in Submission.objects.all()}
    kept = [receipts.get(who.quick_win.pk) for who in crowd]
    texts = [
        receipt
        for who, receipt in zip(crowd, kept, strict=True)
        if receipt and receipt.payload["values"]["description"] != who.written
    ]
    wrong = [row for row in kept if row and digest_of(row.payload) != row.digest]
    return {
        "receipts": len([row for row in kept if row]),
        "numbers": len({row.number for row in kept if row}),
        "texts_lost": len(texts),
        "wrong_digests": len(wrong),
    }


# --- W7: sixteen clients on the long list ---------------------------------------------------------------


def _steady(port: int, built: Built, password: str, duration: float) -> list[Row]:
    """How even the answers are under a full load, and how much of the two cores it uses."""
    reviewer = built.cast["reviewer"]
    reviewer.password = make_password(password, hasher="argon2")
    reviewer.save(update_fields=["password"])
    seconds = Seconds()
    people = [Person(port, seconds) for _ in range(CLIENTS)]
    people[0].sign_in(reviewer.username, password)
    for person in people:
        person.cookies = people[0].cookies
    start, busy = time.monotonic(), _busy()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda person: _again(person, start + duration), people))
    took = time.monotonic() - start
    cores = (_busy() - busy) / took
    listed = seconds.by_name["list"]
    facts = {
        "requests_a_second": round(len(listed) / took, 1),
        "median_ms": round(seconds.worst_of("list", 0.5) * 1000, 1),
        "cores_used": round(cores, 2),
        "load": [round(value, 1) for value in os.getloadavg()],
    }
    spread = seconds.worst_of("list", 0.99) / seconds.worst_of("list", 0.5)
    return [
        Row("W7 spread", "16 clients on the list of 50: p99 / p50", [spread], 3, facts=facts),
        Row("W7 use", "the same: share of two cores left idle", [1 - cores / 2], 0.1, ""),
    ]


def _again(person: Person, end: float) -> None:
    while time.monotonic() < end:
        person.get(f"/quick-wins/?year={clock.now().year - 1}", "list")


def _busy() -> float:
    """Seconds the machine's cores have worked so far, whoever used them; what another machine took is left out."""
    ticks = list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]))
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
