"""Who may do what with an impact survey. Plain questions; no writes, no HTTP, no messages.

Source of each rule: domain guide, section 5. Kominfo and Bappelitbang coordinate; the agency that owns the surveyed
programme must take part. What respondents answer changes nobody's right, so nobody may correct it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluations.models import EvaluationWindow
    from opd.models import User
    from surveys.models import Round, Service

REVIEWER, PLANNER, AUDITOR, LEADERSHIP = "reviewer", "planner", "auditor", "leadership"
OF_THE_CITY = (REVIEWER, PLANNER, AUDITOR, LEADERSHIP)


def may_list(user: "User") -> bool:
    """Whoever works for the whole city, and agencies: they find the rounds in which a service is theirs."""
    return user.has_role(*OF_THE_CITY) or bool(user.opds())


def may_prepare_in(user: "User", city_id: int) -> bool:
    """Kominfo and Bappelitbang prepare the rounds of the city."""
    return user.has_role(REVIEWER, PLANNER, city_id=city_id)


def may_prepare(user: "User", survey: "Round") -> bool:
    """Kominfo and Bappelitbang, until the round is opened: then its form is with the public."""
    return may_prepare_in(user, survey.city_id) and survey.status == "draft"


def owns(user: "User", service: "Service") -> bool:
    """Whoever enters data for the agency that owns the service."""
    return service.opd_id in user.opds()


def may_confirm(user: "User", service: "Service") -> bool:
    """The owner says that it takes part; nobody says it in its place."""
    return owns(user, service) and service.round.status == "draft"


def may_open(user: "User | None", survey: "Round") -> bool:
    """Kominfo or Bappelitbang, once every owner has confirmed."""
    return user is not None and may_prepare_in(user, survey.city_id)


def may_close(user: "User | None", survey: "Round") -> bool:
    """Kominfo or Bappelitbang; before its time only with a reason."""
    return user is not None and may_prepare_in(user, survey.city_id)


def may_hand_out(user: "User", survey: "Round") -> bool:
    """The city's people and the owners print the sheet with the address of an opened round."""
    return survey.status != "draft" and (
        user.has_role(*OF_THE_CITY, city_id=survey.city_id) or _takes_part(user, survey)
    )


def may_help(user: "User", survey: "Round") -> bool:
    """Whoever carries out the survey may sit beside a respondent: Kominfo, Bappelitbang and the owners."""
    return survey.status == "open" and _carries_out(user, survey)


def may_recap(user: "User", service: "Service") -> bool:
    """Paper forms are counted by the owner, Kominfo or Bappelitbang, once the round was opened."""
    return service.round.status != "draft" and (
        may_prepare_in(user, service.round.city_id) or owns(user, service)
    )


def may_take_over(user: "User", survey: "Round") -> bool:
    """Kominfo and Bappelitbang answer the questionnaire, so they take the closed survey's means over into it."""
    return survey.status == "closed" and may_prepare_in(user, survey.city_id)


def fits(survey: "Round", window: "EvaluationWindow") -> bool:
    """A survey answers the questions of its own city, year and instrument."""
    ours = (survey.city_id, survey.year, survey.instrument_id)
    return ours == (window.city_id, window.year, window.instrument_id)


def _takes_part(user: "User", survey: "Round") -> bool:
    return any(owns(user, service) for service in survey.services.all())


def _carries_out(user: "User", survey: "Round") -> bool:
    return may_prepare_in(user, survey.city_id) or _takes_part(user, survey)
