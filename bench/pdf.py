"""The report as PDF: P1, P2, P5, P6, P9, and the charts' share of it (E1)."""

from bench.environment import Stage
from bench.measure import Row, ratios
from bench.printing import BASELINES, Paper, Plain, Printed, Task, build_whole, check, papers
from reports import sandbox

NAIVE_CSS = BASELINES / "naive_report.css"
COLUMNS, DRAWINGS = r"<colgroup>.*?</colgroup>", r"<svg.*?</svg>"
FIRST_MB, PAGE_MB, PAGE_BYTES = 60, 3.6, 55 * 1024
REPORTS_IN_A_ROW = 10


def rows(stage: Stage) -> list[Row]:
    sizes = ["S"] if stage.quick else ["S", "M", "L"]
    made = papers(sizes, stage.folder)
    plain = Plain(stage.folder)
    try:
        if stage.quick:
            return [*_of_size(made["S"], plain, rounds=1), *_in_a_row(made["S"], 4, sequences=1)]
        return [
            *_of_size(made["M"], plain, rounds=3),
            *_large(made, plain, rounds=2),
            *_in_a_row(made["S"], REPORTS_IN_A_ROW, sequences=3),
        ]
    finally:
        plain.close()
        sandbox.stop()


def _of_size(paper: Paper, plain: Plain, *, rounds: int) -> list[Row]:
    """Everything that is measured at the usual size, in interleaved rounds."""
    naive_html, bare_html = paper.changed("naive", COLUMNS), paper.changed("bare", DRAWINGS)
    checked = check(build_whole(paper).file, plain.render(paper).file)
    raw: list[Printed] = []
    tasks: list[Task] = []
    naive: list[Printed] = []
    bare: list[Printed] = []
    for _ in range(rounds):
        raw.append(plain.render(paper))
        tasks.append(build_whole(paper))
        naive.append(plain.render(paper, html=naive_html, css=NAIVE_CSS, collector=True))
        bare.append(plain.render(paper, html=bare_html))
    ours = [task.rendered for task in tasks]
    pages, size = ours[-1].pages, paper.size
    drawn = [
        1 - without / whole
        for without, whole in zip((one.cpu for one in bare), (one.cpu for one in raw), strict=True)
    ]
    return [
        Row(
            "P1", f"whole report task / plain render of its HTML, {size}",
            ratios((task.cpu for task in tasks), (one.cpu for one in raw)), 1.05,
            facts={"pages": pages, "plain_cpu_s": _median(raw), "checked": checked},
        ),
        Row(
            f"P2 {size}", "our renderer / naive style sheet and collector, CPU",
            ratios((one.cpu_seconds for one in ours), (one.cpu for one in naive)), 0.75,
            facts={"pages": pages, "naive_pages": naive[-1].pages, "naive_cpu_s": _median(naive)},
        ),
        Row(
            f"P6 {size}", f"peak memory / ({FIRST_MB} MB + {PAGE_MB} MB a page)",
            [one.peak_mb / (FIRST_MB + PAGE_MB * one.pages) for one in ours], 1.0,
            facts={"peak_mb": ours[-1].peak_mb},
        ),
        Row(
            "P9", f"bytes a page / 55 KB, {len(paper.assets) - 1} photos",
            [len(one.content) / one.pages / PAGE_BYTES for one in ours], 1.0,
            facts={"bytes": len(ours[-1].content)},
        ),
        Row("E1 report", "charts' share of a report's CPU", [share * 100 for share in drawn], 8, "%"),
    ]  # fmt: skip


def _large(made: dict[str, Paper], plain: Plain, *, rounds: int) -> list[Row]:
    """Does a page cost more in a long report?

    A short report has more light pages (cover, contents, openers of chapters), so the plain ratio says something
    about its pages, too. What a further page costs is the difference of two sizes over their pages.
    """
    large = made["L"]
    naive_html = large.changed("naive", COLUMNS)
    check(build_whole(large).file, plain.render(large).file)
    done: dict[str, list[sandbox.Rendered]] = {"S": [], "M": [], "L": []}
    naive: list[Printed] = []
    for _ in range(rounds):
        for size, found in done.items():
            found.append(build_whole(made[size]).rendered)
        naive.append(plain.render(large, html=naive_html, css=NAIVE_CSS, collector=True))
    longer = done["L"]
    a_page = {size: [one.cpu_seconds / one.pages for one in found] for size, found in done.items()}
    facts = {"pages": longer[-1].pages}
    return [
        Row(
            "P2 L", "our renderer / naive style sheet and collector, CPU",
            ratios((one.cpu_seconds for one in longer), (one.cpu for one in naive)), 0.75,
            facts=facts | {"naive_ms_a_page": round(naive[-1].cpu / naive[-1].pages * 1000, 1)},
        ),
        Row(
            "P5", "CPU a page, L / M", ratios(a_page["L"], a_page["M"]), 1.05,
            facts={"ms_a_page": {size: round(values[-1] * 1000, 1) for size, values in a_page.items()}},
        ),
        Row(
            "P5 further", "CPU of a further page, M to L / S to M",
            ratios(_further(done["M"], longer), _further(done["S"], done["M"])), 1.05,
        ),
        Row(
            "P6 L", f"peak memory / ({FIRST_MB} MB + {PAGE_MB} MB a page)",
            [one.peak_mb / (FIRST_MB + PAGE_MB * one.pages) for one in longer], 1.0,
            facts=facts | {"peak_mb": longer[-1].peak_mb},
        ),
    ]  # fmt: skip


def _further(shorter: list[sandbox.Rendered], longer: list[sandbox.Rendered]) -> list[float]:
    """CPU seconds of each page one report has more than another, round by round."""
    return [
        (more.cpu_seconds - less.cpu_seconds) / (more.pages - less.pages)
        for less, more in zip(shorter, longer, strict=True)
    ]


def _in_a_row(paper: Paper, count: int, *, sequences: int) -> list[Row]:
    """Does the tenth report of one worker (under --quick the fourth) cost more than the first?"""
    cpu: list[float] = []
    peak: list[float] = []
    for _ in range(sequences):
        sandbox.stop()
        made = [build_whole(paper).rendered for _ in range(count)]
        cpu.append(made[-1].cpu_seconds / made[0].cpu_seconds)
        peak.append(made[-1].peak_mb / made[0].peak_mb)
    return [
        Row("P6 10th", f"report {count} in one worker / the first, CPU", cpu, 1.05),
        Row("P6 10th", f"report {count} in one worker / the first, peak memory", peak, 1.1),
    ]


def _median(printed: list[Printed]) -> float:
    return round(sorted(one.cpu for one in printed)[len(printed) // 2], 2)
