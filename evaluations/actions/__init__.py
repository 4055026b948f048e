"""What changes a window, its panel and its scores: one transaction each, its row locked, time asked inside.

Everything here is called with keywords and says who acts (`by`). What is refused raises: PermissionDenied
(may not), WrongStatus (somebody was first), NotReady (something is missing), StaleVersion (edited side by
side), TooLate (the window does not accept it; the words are kept).
"""

from evaluations.actions.answers import assign_questions, move_answer, save_answer
from evaluations.actions.exhibits import (
    add_exhibit,
    change_exhibit,
    remove_exhibit,
    take_closing_evidence,
)
from evaluations.actions.instruments import (
    BaseChanged,
    base_mark,
    base_of,
    copy_draft,
    load_draft,
    mend_draft,
    start_draft,
)
from evaluations.actions.panel import (
    OWN_HOUSE,
    REMARK_NEEDED,
    declare,
    hand_in,
    missing_scores,
    remove_seat,
    save_score,
    seat_assessor,
)
from evaluations.actions.rehearsals import save_rehearsal
from evaluations.actions.steps import TooLate
from evaluations.actions.submissions import ContentChanged, approve_submission, move_submission
from evaluations.actions.window import close_window, ensure_closed, extend_window, open_window, save_window

__all__ = [
    "OWN_HOUSE",
    "REMARK_NEEDED",
    "BaseChanged",
    "ContentChanged",
    "TooLate",
    "add_exhibit",
    "approve_submission",
    "assign_questions",
    "base_mark",
    "base_of",
    "change_exhibit",
    "close_window",
    "copy_draft",
    "declare",
    "ensure_closed",
    "extend_window",
    "hand_in",
    "load_draft",
    "mend_draft",
    "missing_scores",
    "move_answer",
    "move_submission",
    "open_window",
    "remove_exhibit",
    "remove_seat",
    "save_answer",
    "save_rehearsal",
    "save_score",
    "save_window",
    "seat_assessor",
    "start_draft",
    "take_closing_evidence",
]
