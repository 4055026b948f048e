"""What changes a survey: one transaction each, its row locked, the clock asked inside.

What is refused raises: PermissionDenied (may not), WrongStatus (somebody was first), NotReady (something is missing),
StaleVersion (edited side by side), NotAccepted (the form takes no answer now).
"""

from surveys.actions.recaps import enter_recap
from surveys.actions.responses import NotAccepted, keep_response
from surveys.actions.results import take_over
from surveys.actions.rounds import choose_service, confirm_service, create_round, move_round, save_round

__all__ = [
    "NotAccepted",
    "choose_service",
    "confirm_service",
    "create_round",
    "enter_recap",
    "keep_response",
    "move_round",
    "save_round",
    "take_over",
]
