"""`bin/bench [pdf|web|dash|plan|celery|xlsx|rush|all] [--quick] [--check]`: measure, print one table, keep it as JSON."""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import environment
from bench.measure import MISSED, Row, table

ROOT = Path(__file__).resolve().parent.parent
SECTIONS = {
    "pdf": "bench.pdf",
    "web": "bench.web",
    "dash": "bench.dash",
    "plan": "bench.plan",
    "celery": "bench.background",
    "xlsx": "bench.xlsx",
    "rush": "bench.rush",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure the portal against its goals.")
    parser.add_argument("section", nargs="?", default="all", choices=[*SECTIONS, "all"])
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds: about a minute")
    parser.add_argument(
        "--check", action="store_true", help="exit 1 when median and best round both miss a goal"
    )
    options = parser.parse_args()
    # The rush is a load test of minutes, asked for by name.
    chosen = [name for name in SECTIONS if name != "rush"] if options.section == "all" else [options.section]
    start, rows = time.monotonic(), []
    with environment.stage(quick=options.quick) as stage:
        for name in chosen:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            rows += importlib.import_module(SECTIONS[name]).rows(stage)
    seconds = time.monotonic() - start
    print(table(rows))
    for row in rows:
        if row.facts:
            print(f"  {row.id}: " + ", ".join(f"{name} {value}" for name, value in row.facts.items()))
    path = _keep(rows, options.section, quick=options.quick, seconds=seconds)
    missed = [row.id for row in rows if row.verdict == MISSED]
    print(f"{len(rows)} rows in {seconds:.0f} s, {len(missed)} missed; kept in {path.relative_to(ROOT)}")
    return 1 if options.check and missed else 0


def _keep(rows: list[Row], section: str, *, quick: bool, seconds: float) -> Path:
    import django
    import weasyprint

    now = datetime.now(UTC)
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    run = {
        "at": now.isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "section": section,
        "quick": quick,
        "seconds": round(seconds),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "python": platform.python_version(),
        "django": django.__version__,
        "weasyprint": weasyprint.__version__,
        "rows": [row.as_json() for row in rows],
    }
    path = folder / f"{now:%Y-%m-%dT%H%M%SZ}-{section}{'-quick' if quick else ''}.json"
    path.write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
