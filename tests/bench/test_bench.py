"""The benchmark judges fairly, and what it compares with stays what it was."""

import ast
import hashlib
import json
from pathlib import Path

import pytest

from bench import measure
from bench.measure import Row

BASELINES = Path(__file__).resolve().parents[2] / "bench" / "baselines"
OURS = {"smartcity", "dimensions", "opd", "evaluations", "reports", "tests"}


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([0.9], measure.MET),
        ([1.0, 1.0, 9.0], measure.MET),  # one bad round
        ([0.99, 1.01, 1.02], measure.NEAR),  # the best round meets it: noise may be to blame
        ([1.01, 1.02, 1.5], measure.MISSED),
    ],
)
def test_a_goal_is_missed_only_when_median_and_best_round_miss_it(values: list[float], verdict: str) -> None:
    assert Row("X", "what", values, 1.0).verdict == verdict


def test_rounds_are_taken_in_turn() -> None:
    order: list[str] = []

    def sample(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = measure.interleaved(3, lambda: sample("A"), lambda: sample("B"))
    assert order == ["A", "B"] * 3
    assert found == [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]
    assert measure.ratios(found[1], found[0]) == [2.0, 4 / 3, 6 / 5]


def test_a_call_is_repeated_until_the_clock_says_enough() -> None:
    ticks = iter(range(100))
    calls: list[int] = []
    milliseconds = measure.per_call(lambda: calls.append(1), clock=lambda: float(next(ticks)), seconds=4)
    assert (len(calls), milliseconds) == (4, 1000.0)


def test_the_table_has_a_line_for_each_row() -> None:
    text = measure.table(
        [Row("P1", "report / plain", [1.0, 1.25, 1.5], 1.05), Row("C1", "ring", [0.5], 1.5, "ms")]
    )
    head, first, second = text.splitlines()
    assert head.split()[:2] == ["id", "what"]
    assert "1.25 [1.00-1.50] x" in first
    assert first.split()[-2:] == ["near", "3"]
    assert "met" in second


@pytest.mark.parametrize("path", sorted(BASELINES.glob("*.py")), ids=lambda path: path.name)
def test_no_baseline_imports_the_project(path: Path) -> None:
    """A better project must not make its own yardstick better."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert not imported & OURS


def test_baselines_are_frozen() -> None:
    """A changed baseline is another comparison: give its goal a new id, then write the new digest down."""
    frozen = json.loads((BASELINES / "frozen.json").read_text())
    found = {
        str(path.relative_to(BASELINES)): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in sorted(BASELINES.rglob("*"))
        if path.is_file() and path.suffix in {".py", ".html", ".css"}
    }
    assert found == frozen
