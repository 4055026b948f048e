"""What the tests of the consensus share: scores that lie apart, a proposal, the closing."""

from decimal import Decimal

from evaluations import actions, consensus
from evaluations.actions import consensus as agree
from evaluations.models import Reconciliation
from evaluations.structure import structure_of

CANARY = "KANARI-NILAI"
#: The assessor's scores of B-1 and B-2, and the colleague's: B-1 lies two apart, B-2 is agreed.
GIVEN = {"B-1": (1, 3), "B-2": (3, 3)}


def score(seat, place):
    """Score everything of a seat, with a canary in each remark."""
    codes = set(seat.areas.values_list("code", flat=True))
    for row in structure_of(seat.window.instrument).scored_in(codes):
        value = GIVEN.get(row.code, (3, 3))[place]
        actions.save_score(
            seat=seat, question_code=row.code, value=value, remark=CANARY, version=0, by=seat.user
        )


def propose(
    window, cast, code="B-1", value=Decimal("2.5"), reason="Bukti dibuka bersama.", version=0, who="assessor"
):
    return agree.propose(window=window, code=code, value=value, reason=reason, version=version, by=cast[who])


def close(window, cast, who="assessor"):
    version = Reconciliation.objects.of_window(window).first().version
    return agree.close(window=window, version=version, by=cast[who])


def line_of(window, code):
    return next(
        row
        for row in consensus.lines(window, Reconciliation.objects.of_window(window).first())
        if row.question.code == code
    )
