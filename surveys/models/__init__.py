"""Survey rounds with their services and forms, what respondents answered, and recaps of paper forms."""

from surveys.models.recap import Recap
from surveys.models.response import Mark, Response, Source
from surveys.models.round import Mode, Round, RoundEvent, Service, Sheet, State, Status

__all__ = [
    "Mark",
    "Mode",
    "Recap",
    "Response",
    "Round",
    "RoundEvent",
    "Service",
    "Sheet",
    "Source",
    "State",
    "Status",
]
