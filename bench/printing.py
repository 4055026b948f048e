"""Reports to print, the plain renderer beside ours, and the gate: times of a wrong file count for nothing."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf
from django.conf import settings

from bench.city import SIZES, YEAR, Built, build, judged, stored_photos
from evaluations.models import EvaluationWindow
from reports import actions, document, sandbox, tasks
from reports.models import Report, Status
from smartcity.lib import files

BASELINES = Path(__file__).parent / "baselines"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Paper:
    """A city's report of a size: who asks for it, and the document its frozen data give, as files."""

    size: str
    built: Built
    window: EvaluationWindow
    html: Path
    css: Path
    assets: dict[str, tuple[str, str]]

    def request(self) -> Report:
        """Freeze the data once more and return the waiting report."""
        return actions.request_report(
            by=self.built.cast["reviewer"],
            city=self.built.city,
            year=YEAR,
            window=self.window,
            key=uuid.uuid4().hex,
        )

    def changed(self, name: str, pattern: str) -> Path:
        """The HTML without what a pattern matches, as a file beside the other one."""
        path = self.html.with_name(f"{self.size}-{name}.html")
        path.write_text(re.sub(pattern, "", self.html.read_text(), flags=re.DOTALL))
        return path


def papers(sizes: list[str], folder: Path) -> dict[str, Paper]:
    """A judged city per size; all show the same photos."""
    photos = stored_photos(max(SIZES[size].photos for size in sizes), folder)
    return {size: _paper(size, number, folder, photos) for number, size in enumerate(sizes)}


def _paper(size: str, number: int, folder: Path, photos: list[Any]) -> Paper:
    built = build(f"21.{number:02d}", SIZES[size], folder, photos=photos[: SIZES[size].photos])
    window = judged(built)
    report = actions.request_report(
        by=built.cast["reviewer"], city=built.city, year=YEAR, window=window, key=uuid.uuid4().hex
    )
    report.refresh_from_db()
    composed = document.compose(report.inputs)
    # Waiting no longer, so that the next version may be asked for.
    tasks.build_report(report.pk)
    html, css = folder / f"{size}.html", folder / f"{size}.css"
    html.write_text(composed.html)
    css.write_text(composed.css)
    assets = {document.FONT_ADDRESS: (str(document.font()), "font/woff2")}
    for sha256 in composed.photos:
        assets[document.PHOTO_ADDRESS + sha256] = (str(files.preview_path_for(sha256)), "image/jpeg")
    return Paper(size, built, window, html, css, assets)


@dataclass(frozen=True)
class Printed:
    """A finished PDF and what it cost: CPU seconds, peak memory of the largest process, pages, the file."""

    cpu: float
    peak_mb: float
    pages: int
    file: Path


class Plain:
    """The program baselines/render.py, kept warm."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, str(BASELINES / "render.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def render(
        self, paper: Paper, *, html: Path | None = None, css: Path | None = None, collector: bool = False
    ) -> Printed:
        """Render a paper as PDF/UA-1, like ours; `html` and `css` replace its own."""
        target = self.folder / "plain.pdf"
        job = {
            "html": str(html or paper.html), "css": str(css or paper.css), "assets": paper.assets,
            "collector": collector, "variant": "pdf/ua-1", "target": str(target),
        }  # fmt: skip
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        return Printed(told["cpu"], told["peak_mb"], told["pages"], target)

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


@dataclass
class Task:
    """One report from the request to READY: all CPU of it, the renderer's, and that of its progress."""

    cpu: float
    rendered: sandbox.Rendered
    progress_cpu: float
    progress_count: int
    file: Path


def build_whole(paper: Paper) -> Task:
    """Ask for a report and build it as a worker does: freeze, chapters, charts, render, store, progress."""
    spent = _cpu()
    with _watched() as seen:
        report = paper.request()
        tasks.build_report(report.pk)
    cpu = _cpu() - spent
    report.refresh_from_db()
    if report.status != Status.READY:
        raise RuntimeError(f"the report of size {paper.size} is {report.status}: {report.cause}")
    file = Path(settings.PORTAL_REPORT_ROOT) / report.sha256[:2] / report.sha256[2:4] / f"{report.sha256}.pdf"
    return Task(cpu, seen["rendered"], seen["cpu"], seen["count"], file)


@contextmanager
def _watched() -> Iterator[dict[str, Any]]:
    """Note what the renderer says it cost, and the CPU of telling progress (the row of the report)."""
    seen: dict[str, Any] = {"cpu": 0.0, "count": 0}
    render, progress = sandbox.render, Report.progress

    def rendering(*args: Any, **kwargs: Any) -> sandbox.Rendered:
        seen["rendered"] = render(*args, **kwargs)
        return seen["rendered"]  # type: ignore[no-any-return]

    def telling(self: Report, *args: Any) -> None:
        start = time.process_time()
        progress(self, *args)
        seen["cpu"] += time.process_time() - start
        seen["count"] += 1

    sandbox.render, Report.progress = rendering, telling  # type: ignore[assignment, method-assign]
    try:
        yield seen
    finally:
        sandbox.render, Report.progress = render, progress  # type: ignore[assignment, method-assign]


def _cpu() -> float:
    """CPU seconds of this process and of its render process with all that process has waited for."""
    spent = time.process_time()
    for task in Path("/proc/self/task").glob("*/children"):
        for pid in task.read_text().split():
            if b"reports.render_process" in Path(f"/proc/{pid}/cmdline").read_bytes():
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                spent += (
                    sum(int(value) for value in fields[11:15]) / TICKS
                )  # own and children's, user and system
    return spent


class WrongFile(Exception):
    """A file is not what it should be, so nothing about its making may be measured."""


def check(ours: Path, plain: Path) -> list[str]:
    """Compare our file with a plain render of the same document; say what was checked. Raises WrongFile."""
    checked = []
    same = _texts(ours) == _texts(plain)
    _must(same, "the text of a page differs from that of a plain render")
    checked.append("same text on each page as a plain render")
    numbers, targets = _contents(ours)
    _must(len(numbers) > 9 and numbers == targets, f"contents name {numbers}, links lead to {targets}")
    checked.append(f"{len(numbers)} numbers of the contents are the pages their links lead to")
    if qpdf := shutil.which("qpdf"):
        told = subprocess.run([qpdf, "--check", str(ours)], capture_output=True, text=True, check=False)
        _must(told.returncode == 0, f"qpdf: {told.stdout}{told.stderr}")
        checked.append("qpdf finds no fault")
    return checked


def _must(true: bool, otherwise: str) -> None:
    if not true:
        raise WrongFile(otherwise)


def _texts(file: Path) -> list[list[str]]:
    """The words of each page, without those that tell one version from another."""
    told = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    varying = re.compile(r"versi \d+|\d\d\.\d\d(\.\d\d)? WIB|[0-9a-f]{4}(?: [0-9a-f]{4})+|[0-9a-f]{12,64}")
    return [varying.sub("", page).split() for page in told.split("\f")]


def _contents(file: Path) -> tuple[list[int], list[int]]:
    """The numbers printed in the table of contents, and the pages (from 1) its links lead to, in order."""
    told = subprocess.run(
        ["pdftotext", "-layout", "-f", "2", "-l", "9", str(file), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    numbers: list[int] = []
    targets: list[int] = []
    with pikepdf.open(io.BytesIO(file.read_bytes())) as opened:
        places = {page.obj.objgen: number for number, page in enumerate(opened.pages, 1)}
        named = _named_destinations(opened)
        for text, page in zip(told.split("\f"), list(opened.pages)[1:9], strict=False):
            found = [_target(link, places, named) for link in page.get("/Annots", [])]
            lines = [line for line in text.splitlines() if not re.search(r"Halaman +\d+ +dari", line)]
            printed = [int(match[1]) for line in lines if (match := re.search(r"\S\s+(\d+)$", line))]
            if not numbers and not found:
                continue
            if numbers and "Bab 1" in text:  # the first chapter: the contents are over
                break
            targets += [place for place in found if place]
            numbers += printed
    # A link may be two rectangles, and two entries may share a page: only the steps are compared.
    return [number for number, _ in groupby(numbers)], [place for place, _ in groupby(targets)]


def _named_destinations(opened: pikepdf.Pdf) -> dict[str, Any]:
    names = opened.Root.get("/Names")
    if names is None or "/Dests" not in names:
        return {}
    return {str(key): value for key, value in pikepdf.NameTree(names["/Dests"]).items()}


def _target(link: Any, places: dict[Any, int], named: dict[str, Any]) -> int | None:
    goal = link.get("/Dest") or (link["/A"].get("/D") if "/A" in link else None)
    if goal is None:
        return None
    if not isinstance(goal, pikepdf.Array):
        goal = named.get(str(goal))
    if isinstance(goal, pikepdf.Dictionary):
        goal = goal["/D"]
    return places.get(goal[0].objgen) if goal is not None else None
