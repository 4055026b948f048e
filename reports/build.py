"""Frozen inputs to a stored file, step by step, telling each step."""

import time
from dataclasses import dataclass
from pathlib import Path

from reports import document, pdf, render_process, rules, sandbox, store
from reports.chapters import UnknownSchema
from reports.models import Cause, Minutes, Report, Stage
from smartcity.lib import files

# Per cent at which a stage begins: laying out takes two thirds of the time, writing nearly all the rest.
BEGINS = {Stage.CHAPTERS: 2, Stage.LAYOUT: 6, Stage.WRITE: 70, Stage.CHECK: 97}
STAGES = {pdf.LAYOUT: Stage.LAYOUT, pdf.WRITE: Stage.WRITE, pdf.CHECK: Stage.CHECK}
PAUSE = 0.5  # seconds between two writes of the same stage


class Failed(Exception):
    """Building stopped; `cause` is one of Cause or MinutesCause, the original error is its `__cause__`."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True)
class Built:
    """A stored file."""

    sha256: str
    size: int
    pages: int


def build(report: Report) -> Built:
    """Make and store the file of a claimed report. Raises Failed, or LeaseLost when another took over."""
    if not rules.may_ask_in(report.requested_by, report.city_id):
        raise Failed(Cause.RIGHT)
    try:
        composed = document.compose(report.inputs)
    except UnknownSchema as error:
        raise Failed(Cause.SCHEMA) from error
    return draw(report, composed)


def draw(work: Report | Minutes, composed: document.Composed) -> Built:
    """Lay out and store a composed document for a claimed work, telling each step. Raises Failed, or LeaseLost."""
    work.progress(Stage.CHAPTERS, BEGINS[Stage.CHAPTERS])
    try:
        rendered = sandbox.render(_job(composed), progress=_teller(work, composed))
    except sandbox.RenderFailed as error:
        raise Failed(_CAUSES[error.reason]) from error
    try:
        sha256 = store.keep(rendered.content)
    except OSError as error:
        raise Failed(Cause.STORAGE) from error
    return Built(sha256, len(rendered.content), rendered.pages)


_CAUSES = {
    render_process.PAGES: Cause.PAGES,
    render_process.MEMORY: Cause.MEMORY,
    render_process.TIME: Cause.TIME,
    render_process.BROKEN: Cause.BROKEN,
    render_process.CRASHED: Cause.CRASHED,
}


def _job(composed: document.Composed) -> sandbox.Job:
    """The document with its typeface and the derivative of each photo, made when the photo was uploaded."""
    assets: dict[str, tuple[Path, str]] = {document.FONT_ADDRESS: (document.font(), "font/woff2")}
    for sha256 in composed.photos:
        assets[document.PHOTO_ADDRESS + sha256] = (files.preview_path_for(sha256), "")
    return sandbox.Job(composed.html, composed.css, assets, composed.identifier)


def _teller(work: Report | Minutes, composed: document.Composed) -> sandbox.Progress:
    """Return what turns a stage and a page into per cent, and writes it down not too often."""
    last: list[tuple[str, float]] = [("", 0.0)]
    expected = composed.expected_pages

    def tell(stage: str, page: int) -> None:
        current = STAGES.get(stage, Stage(work.stage))
        if (current, True) == (last[0][0], time.monotonic() - last[0][1] < PAUSE):
            return
        last[0] = (current, time.monotonic())
        percent = BEGINS[current]
        if current == Stage.LAYOUT:
            percent += (BEGINS[Stage.WRITE] - percent) * min(page, expected) // expected
        # Never backwards: "still running" carries no page.
        work.progress(current, max(percent, work.percent if current == work.stage else 0))

    return tell
