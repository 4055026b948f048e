"""Where the pages of a report end: no row alone, no heading without its table, whatever the city has to tell."""

import re
from typing import Any

import pytest

from reports.schema import Inputs
from tests.reports import sample
from tests.reports.reading import Read, rendered
from tests.reports.test_plan_chapters import program

BEGIN, END = 2, 3  # fewest rows of a table on the page where it begins, and where it ends


def _inputs(*, agencies: int = 2, programs: int = 0, stopped: int = 0) -> Inputs:
    """A report with so many agencies that entered quick wins, programmes, and stopped ones among them."""
    inputs = sample.inputs(live=True)
    inputs["quick_wins"] = []
    offices: list[Any] = [
        {"short": f"DINAS-{place:02d}", "name": f"Dinas yang ke-{place}"} for place in range(agencies)
    ]
    inputs["opds"] = offices
    first = inputs["tally"][0]
    inputs["tally"] = [first | {"opd": office} for office in offices]  # type: ignore[misc]
    inputs["plan"] = {  # type: ignore[typeddict-item]
        "title": "Masterplan",
        "regulation": "Perwako 84/2020",
        "year_from": 2019,
        "year_to": 2028,
        "vision": "Kota cerdas",
        "apbd": None,
        "apbd_sample": False,
        "programs": [
            program(place, "STOPPED" if place < stopped else "RUNNING", inputs, state_reason="Digabung.")
            for place in range(programs)
        ],
    }
    return inputs


def _pages(report: Read, chapter: str) -> list[str]:
    return [page for page in report.pages if f", {chapter}" in page.splitlines()[0]]


@pytest.mark.parametrize("agencies", [8, 10, 12, 13, 14])
def test_the_last_agencies_stand_together(agencies: int) -> None:
    """From one page to two the table does not leave one row behind."""
    pages = _pages(rendered(_inputs(agencies=agencies)), "Kelengkapan per OPD dan dimensi")
    rows = [count for page in pages if (count := len(set(re.findall(r"Dinas yang ke-\d+", page))))]
    assert sum(rows) == agencies
    assert rows[0] >= BEGIN
    assert rows[-1] >= END


@pytest.mark.parametrize("stopped", [2, 4, 6])
def test_the_stopped_programmes_stand_together(stopped: int) -> None:
    pages = _pages(rendered(_inputs(programs=12, stopped=stopped)), "Masterplan dan program kerja")
    rows = [count for page in pages if (count := page.count("Digabung."))]
    assert sum(rows) == stopped
    assert rows[0] >= BEGIN
    assert rows[-1] >= min(END, stopped)


@pytest.mark.parametrize("programs", [100, 112])
def test_a_dimension_does_not_begin_at_the_foot_of_a_page(programs: int) -> None:
    """Its heading, its sentence and the head of its table go with the first programmes."""
    pages = _pages(rendered(_inputs(programs=programs)), "Outcome: target dan realisasi")
    for page in pages:
        last = [line.strip() for line in page.splitlines() if line.strip()][-2]  # the last one is the foot
        assert not re.match(r"(\w )?Smart |\d+ program:|Program\b(?!  *ke)|Subdimensi", last), page
    text = "".join(pages)
    assert text.count("Program ke-") == programs
