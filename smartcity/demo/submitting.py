"""The city submits its self-assessment: Kominfo proposes it, Bappelitbang reads the checks and approves."""

from datetime import datetime

from evaluations import actions, freezing
from evaluations.models import CitySubmission, EvaluationWindow
from smartcity.demo.cast import person
from smartcity.lib import clock

NOTE = (
    "Jawaban OPD sudah diterima dan keenam quick win terverifikasi. Yang masih kosong: OP-8 (daftar aplikasi) dan "
    "IM-SOC-3 (survei masyarakat)."
)


def submit(window: EvaluationWindow, proposed: datetime, approved: datetime) -> CitySubmission:
    """Propose and approve at these times; what the planner approves is what stood there."""
    with clock.at(proposed):
        proposal = actions.move_submission(
            window=window, name="propose", by=person("pemeriksa"), version=1, note=NOTE
        )
    with clock.at(approved):
        seen = freezing.mark_of(freezing.contents(window))
        return actions.approve_submission(
            window=window, by=person("perencana"), version=proposal.version, seen=seen
        )
