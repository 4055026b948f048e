"""Write docs/workflows.md from the workflow tables. With --check, only say whether it is in step."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from evaluations.workflow import (
    ANSWER,
    CLARIFICATION,
    INTERVIEW,
    OFFICIAL,
    RECOMMENDATION,
    RECONCILIATION,
    SUBMISSION,
    WINDOW,
)
from opd.workflow import DECIDED, DECISION, PROGRAM, PROGRESS, QUICK_WIN
from smartcity.lib.workflow import Move, Workflow
from surveys.workflow import ROUND

PATH = Path(__file__).resolve().parents[3] / "docs" / "workflows.md"
HEAD = """# Workflows

Every status and every move, written by `manage.py workflow_docs` from `opd/workflow.py`,
`evaluations/workflow.py` and `surveys/workflow.py`. A test keeps this page in step; change the tables, not this page.
"""
TABLES = (
    ("Quick win", "What an agency promises and proves.", QUICK_WIN),
    (
        "Progress report",
        "What a programme reached and spent by the end of a quarter; the quick win's table.",
        PROGRESS,
    ),
    ("Programme", "How a work programme enters the masterplan.", PROGRAM),
    (
        "Decision of a meeting",
        "A task with an owner and a date, until its owner says what was done.",
        DECISION,
        DECIDED,
    ),
    ("Review window", "When a city is judged; time decides, a dead scheduler changes nothing.", WINDOW),
    (
        "Answer of an agency",
        "A question of the self-assessment that an agency was asked; it counts when the city accepts it.",
        ANSWER,
    ),
    (
        "Submission of the city",
        "The whole self-assessment: Kominfo proposes it, Bappelitbang approves it, and approving freezes it.",
        SUBMISSION,
    ),
    (
        "Survey round",
        "When citizens are asked about a dimension; the clock says whether a form takes answers.",
        ROUND,
    ),
    (
        "Clarification",
        "An assessor's doubt: 24 hours for the agency that is asked; time decides here as well.",
        CLARIFICATION,
        "asked",
    ),
    (
        "Interview",
        "When panel and city talk; its parts are started and stopped inside it.",
        INTERVIEW,
        "planned",
    ),
    (
        "Consensus of the panel",
        "What the panel agrees on once everybody scored alone; a correction is a new revision.",
        RECONCILIATION,
        "open",
    ),
    (
        "Official result",
        "What the Ministry's letter says: entered by one person, published by another, corrected by a new revision.",
        OFFICIAL,
    ),
    (
        "Recommendation",
        "What an evaluation recommended: its agency follows up, a reviewer closes, what is left goes on next year.",
        RECOMMENDATION,
        "open",
    ),
)

COLUMNS = "| move | from | to | who may | on the button | asks for a reason |\n| --- | --- | --- | --- | --- | --- |\n"


def document() -> str:
    """Return the whole page; labels in English, as in the code."""
    with translation.override("en"):
        return HEAD + "".join(_chapter(*table) for table in TABLES)


def _chapter(title: str, lead: str, workflow: Workflow, first: str = "draft") -> str:
    moves = workflow.moves.values()
    arrows = sorted(
        {f"    {source} --> {move.target}: {move.name}" for move in moves for source in move.sources}
    )
    rows = "".join(_row(move) for move in moves)
    return (
        f"\n## {title}\n\n{lead}\n\n```mermaid\nstateDiagram-v2\n    [*] --> {first}\n"
        + "\n".join(arrows)
        + f"\n```\n\n{COLUMNS}{rows}"
    )


def _row(move: Move) -> str:
    who = " ".join((move.who.__doc__ or move.who.__name__).split("\n")[0].split())
    sources = ", ".join(sorted(move.sources))
    return f"| {move.name} | {sources} | {move.target} | {who} | {move.label} | {'yes' if move.needs_note else ''} |\n"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            PATH.write_text(document(), encoding="utf-8")
        elif not PATH.exists() or PATH.read_text(encoding="utf-8") != document():
            raise CommandError("docs/workflows.md is out of step: run manage.py workflow_docs.")
