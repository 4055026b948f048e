"""Every status and every move of a quick win, a report, a programme and a decision: the procedure on one page."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from opd import rules
from opd.completeness import SAVE, SUBMIT, Field
from smartcity.lib.workflow import Move, Problem, Workflow

if TYPE_CHECKING:
    from opd.models import Program, Progress, QuickWin, User

DRAFT, PROPOSED, SUBMITTED, RETURNED, VERIFIED = "draft", "proposed", "submitted", "returned", "verified"
#: What head and operator say to each other stays in their agency.
INTERNAL = frozenset({"send_back"})
WITH_OPERATOR = frozenset({DRAFT, RETURNED})
WITH_OPD = frozenset({DRAFT, RETURNED, PROPOSED})
WITH_HEAD, WITH_REVIEWER, DONE = frozenset({PROPOSED}), frozenset({SUBMITTED}), frozenset({VERIFIED})


def needed_to_submit(record: "QuickWin | Progress", note: str) -> list[Problem]:
    """Fields asked by this step, numbers that could not be read, and notes not yet answered."""
    fields, lacking = record.asked(), record.lacking((SAVE, SUBMIT))
    asked = {fields[name] for name in record.open_note_fields() if name in fields}
    return [
        _problem(field) for field in [*lacking, *sorted(asked - set(lacking), key=lambda field: field.name)]
    ]


def needed_to_verify(record: "QuickWin | Progress", note: str) -> list[Problem]:
    """Everything an assessor will look for, and no note that is written but not sent."""
    problems = [_problem(field) for field in record.lacking()]
    if record.has_unsent_notes():
        problems.append(
            Problem(_t("Notes are not sent yet: send them by returning, or remove them."), "#notes")
        )
    return problems


def needed_to_return(record: "QuickWin | Progress", note: str) -> list[Problem]:
    """A return says what to mend: a note on a field, or a general note."""
    if note.strip() or record.has_unsent_notes():
        return []
    return [Problem(_t("Write a note on at least one field, or a general note."), "#note")]


def needed_in_plan(program: "Program", note: str) -> list[Problem]:
    """What a programme needs before it enters the masterplan: its measure, and figures for a year."""
    labels = {
        "horizon": _t("Horizon"),
        "category": _t("Category"),
        "indicator": _t("Indicator"),
        "unit": _t("Unit"),
    }
    problems = [Problem(label, f"#f-{name}") for name, label in labels.items() if not getattr(program, name)]
    if not program.has_target():
        problems.append(Problem(_t("Target and budget of at least one year"), "#years"))
    return problems


def _problem(field: Field) -> Problem:
    return Problem(field.label, field.anchor)


def _submitting(user: "User", record: "QuickWin | Progress") -> str:
    """Where an agency has no head, there is nobody whose approval the word could mean."""
    return _t("Approve and submit") if rules.is_head(user, record) else _t("Submit")


# fmt: off
QUICK_WIN = Workflow(
    #    name         from           to         who may             on the button                   in the history               what may be missing
    Move("propose",   WITH_OPERATOR, PROPOSED,  rules.may_propose,  _("Send to the OPD head"),      _("Sent to the OPD head"),   needed_to_submit, tone="primary"),
    Move("recall",    WITH_HEAD,     DRAFT,     rules.is_operator,  _("Take back"),                 _("Taken back")),
    Move("send_back", WITH_HEAD,     RETURNED,  rules.is_head,      _("Return to the operator"),    _("Returned by the head"),   needs_note=True,  tone="return"),
    Move("submit",    WITH_OPD,      SUBMITTED, rules.may_submit,   _("Approve and submit"),        _("Submitted"),              needed_to_submit, tone="primary", label_for=_submitting),
    Move("return",    WITH_REVIEWER, RETURNED,  rules.may_verify,   _("Return"),                    _("Returned"),               needed_to_return, tone="return", takes_note=True),
    Move("verify",    WITH_REVIEWER, VERIFIED,  rules.may_verify,   _("Verify"),                    _("Verified"),               needed_to_verify, tone="primary"),
    Move("reopen",    DONE,          RETURNED,  rules.may_verify,   _("Open for correction"),       _("Opened for correction"),  needs_note=True,  tone="return"),
)

# The same way for a progress report: the operator writes, the head approves, the reviewer verifies or returns.
PROGRESS = QUICK_WIN

PLAN_DRAFT, APPROVED = "draft", "approved"
PROGRAM = Workflow(
    Move("submit",  frozenset({PLAN_DRAFT, RETURNED}), SUBMITTED, rules.may_submit_program,  _("Submit to the planner"),  _("Submitted to the planner"), needed_in_plan, tone="primary"),
    Move("return",  frozenset({SUBMITTED}),            RETURNED,  rules.may_approve_program, _("Return"),                 _("Returned"),                 needs_note=True, tone="return"),
    Move("approve", frozenset({SUBMITTED}),            APPROVED,  rules.may_approve_program, _("Approve"),                _("Approved"),                 needed_in_plan, tone="primary"),
    Move("reopen",  frozenset({APPROVED}),             RETURNED,  rules.may_approve_program, _("Open for correction"),    _("Opened for correction"),    needs_note=True, tone="return"),
)

DECIDED, CARRIED_OUT, REOPENED = "open", "done", "reopened"
LEFT = frozenset({DECIDED, REOPENED})
DECISION = Workflow(
    Move("finish", LEFT,                     CARRIED_OUT, rules.may_finish,          _("Report as carried out"), _("Reported as carried out"), needs_note=True,  tone="primary"),
    Move("reopen", frozenset({CARRIED_OUT}), REOPENED,    rules.may_reopen_decision, _("Open again"),            _("Opened again"),            needs_note=True,  tone="return"),
)
# fmt: on
