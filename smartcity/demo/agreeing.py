"""The panel of the demonstration agrees: reasons where scores lie apart, two values other than the mean. Invented."""

from datetime import datetime, timedelta
from decimal import Decimal

from evaluations import consensus
from evaluations.actions import consensus as actions
from evaluations.models import EvaluationWindow, Reconciliation
from smartcity.demo.cast import person
from smartcity.lib import clock

LEAD = "asesor1"
REASONS = {
    consensus.SPREAD: "Asesor membaca bukti yang berbeda; setelah dibuka bersama, nilai tengahnya disepakati.",
    consensus.GAP: "Bukti menunjukkan pelaksanaan yang berbeda dari penilaian mandiri kota.",
}
#: Flagged questions whose value the panel changes, counted from the first: place -> value and reason.
CHANGED = {
    0: (Decimal("2.5"), "Ditetapkan, tetapi belum semua perangkat daerah menjalankan."),
    2: (Decimal("3"), "Bukti tambahan diperlihatkan dalam wawancara dan diterima panel."),
}


def agree(window: EvaluationWindow, begins: datetime) -> Reconciliation:
    """The lead begins after the last hand-in, goes through what is flagged, and closes."""
    by = person(LEAD)
    with clock.at(begins):
        found = actions.begin(window=window, by=by)
        table = consensus.lines(window, found)
    flagged = [line for line in table if line.flags]
    for place, line in enumerate(flagged):
        value, reason = CHANGED.get(place, (None, REASONS[line.flags[0]]))
        with clock.at(begins + timedelta(minutes=2 + 3 * place)):
            actions.propose(
                window=window, code=line.question.code, value=value, reason=reason, version=0, by=by
            )
    with clock.at(begins + timedelta(minutes=10 + 3 * len(flagged))):
        found.refresh_from_db()
        return actions.close(window=window, version=found.version, by=by)
