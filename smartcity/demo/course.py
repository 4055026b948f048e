"""How the programmes of the demonstration went from state to state: in which quarter of each year, and why.

The counts at the end of 2020 are real; in which quarter a programme began, and the reasons, are invented and say so.
"""

from collections.abc import Iterable, Iterator, Sequence

from opd.models import ProgramYear, Progress, Role, State, StateChange, User
from smartcity.demo.plan import PAST, STOPPED_BECAUSE, dice_of

#: Until which quarter a year's turns have happened: the window of 2022 opens after its second one was verified.
LATEST = {2020: 3, 2021: 3, 2022: 2}
#: Why a programme came to a state.
REASONS = {
    State.IN_DISCUSSION: (
        "Kerangka acuan dibahas bersama OPD pendukung (contoh).",
        "Menunggu kesepakatan pembagian anggaran dengan OPD pendukung (contoh).",
    ),
    State.RUNNING: (
        "Anggaran tersedia dan kegiatan dimulai (contoh).",
        "Perangkat terpasang dan layanan dibuka untuk warga (contoh).",
        "Petugas dilatih dan uji coba dinyatakan selesai (contoh).",
    ),
    State.DONE: (
        "Keluaran diserahterimakan dan dilanjutkan sebagai tugas rutin OPD (contoh).",
        "Target akhir masterplan tercapai lebih awal (contoh).",
    ),
    State.STOPPED: (STOPPED_BECAUSE,),
    State.NOT_STARTED: ("Kegiatan diulang dari awal setelah tinjauan (contoh).",),
}


class Course:
    """The states of some programmes through one year."""

    def __init__(self, rows: Sequence[ProgramYear]) -> None:
        year = rows[0].year if rows else 0
        earlier = ProgramYear.objects.filter(program__in=[row.program_id for row in rows], year__lt=year)
        self._before = dict(
            earlier.order_by("year").values_list("program_id", "state")
        )  # the last one counts
        self._rows = {row.program_id: row for row in rows}

    def at(self, row: ProgramYear, quarter: int) -> str:
        """The state at the end of a quarter; of quarter 0 that with which the year began."""
        if quarter and quarter >= self._turn(row):
            return row.state
        return self._before.get(row.program_id) or State.NOT_STARTED

    def reason(self, row: ProgramYear, quarter: int) -> str:
        """Why the state is another one than a quarter before; of what stands still it is said each time."""
        state = State(self.at(row, quarter))
        if state != self.at(row, quarter - 1) or state == State.STOPPED:
            return dice_of(row.program.code, row.year, "why").choice(REASONS[state])
        return ""

    def changes(self, reports: Iterable[Progress], verifiers: dict[str, User]) -> Iterator[StateChange]:
        """What verifying these reports changed, as `Progress.roll_up` would have noted it; not saved."""
        for report in reports:
            row = self._rows[report.program_id]
            before = self.at(row, report.quarter - 1)
            if before != report.state and report.verified_at is not None:
                own = report.opd.short == "DISKOMINFO"
                yield StateChange(
                    program_id=report.program_id,
                    year=report.year,
                    source=before,
                    target=report.state,
                    reason=report.state_reason,
                    actor=verifiers["DISKOMINFO!" if own else ""],
                    role=Role.PLANNER if own else Role.REVIEWER,
                    at=report.verified_at,
                )

    def _turn(self, row: ProgramYear) -> int:
        latest = LATEST[row.year] if row.year in PAST else 1
        return dice_of(row.program.code, row.year, "turn").randint(1, latest)
