"""What people do: each action is one transaction, audited, and keeps the summaries exact."""

from opd.actions.calendar import renew_feed, revoke_feed
from opd.actions.evidence import add_evidence, change_evidence, remove_evidence
from opd.actions.notes import reply_to_note, write_note
from opd.actions.people import hand_over
from opd.actions.programs import create_program, move_program, save_program, save_program_year
from opd.actions.progress import move_progress, save_progress, start_progress
from opd.actions.quick_wins import create_quick_win, move, save_section
from opd.actions.years import confirm_year, continue_quick_win, start_year, switch_year

__all__ = [
    "add_evidence",
    "change_evidence",
    "confirm_year",
    "continue_quick_win",
    "create_program",
    "create_quick_win",
    "hand_over",
    "move",
    "move_program",
    "move_progress",
    "remove_evidence",
    "renew_feed",
    "reply_to_note",
    "revoke_feed",
    "save_program",
    "save_program_year",
    "save_progress",
    "save_section",
    "start_progress",
    "start_year",
    "switch_year",
    "write_note",
]
