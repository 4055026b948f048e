"""Two letters of the Ministry: one that waits for the second person, one that is published, each with its scan."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaluations.actions import officials as actions
from evaluations.models import Instrument, OfficialResult
from opd.models import User
from smartcity.demo import material
from smartcity.lib import clock, files


def build(world: Any) -> None:
    """The draft is of 2021 and carries a canary; the published one is of the closed window, for many readers."""
    people = {name: User.objects.get(pk=world.users[name].pk) for name in ("reviewer", "planner")}
    for state, number in (("draft", "KANARI-SURAT"), ("published", "B-1477/2022")):
        closed = world.windows["closed"] if state == "published" else None
        values: dict[str, Any] = {
            "letter_number": number,
            "letter_date": date(2022, 9, 20),
            "index": Decimal("3.10"),
            "cohort": number,
        }
        if closed is None:
            values |= {"year": 2021, "stage": "Tahap I", "instrument": Instrument.objects.get()}
        with clock.at(world.windows["closed"].closes_at + timedelta(days=10)), TemporaryDirectory() as folder:
            row = actions.enter_official(by=people["reviewer"], city=world.city, values=values, window=closed)
            path = material.document(f"Surat {state}", 1, Path(folder), f"surat-{state}")
            with files.inspect_upload(path, path.name, kind="document") as accepted:
                row = actions.keep_scan(pk=row.pk, by=people["reviewer"], accepted=accepted)
            if state == "published":
                actions.move_official(pk=row.pk, name="publish", by=people["planner"], version=row.version)
        world.officials[state] = OfficialResult.objects.get(pk=row.pk)
