"""What a rehearsal found, beside the self-assessment and, once there is one, beside the panel: rows for the page."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import rules
from evaluations.models import EvaluationWindow, Reconciliation, Result
from evaluations.presentation import badge, deadline, short_digest
from evaluations.rehearsal_compare import Line, hits, index_of, lines, value_of
from evaluations.results import frozen_answers
from evaluations.views.results import named
from opd.models import User
from smartcity.lib import clock, dates, decimals

type Payload = Mapping[str, Any]
#: How many of the questions found are shown with every remark at the top; the table holds all.
SHOWN = 20


def waiting_page(user: User, window: EvaluationWindow) -> dict[str, Any]:
    """Return the context of evaluations/rehearsal_wait.html: there is nothing to compare yet."""
    now = clock.now()
    return {
        "window": window,
        "status": badge(window, now),
        "window_deadline": deadline(window, now),
        "serves": rules.may_read_answers(user, window),
    }


def comparison_page(user: User, window: EvaluationWindow, found: Result) -> dict[str, Any]:
    """Return the context of evaluations/rehearsal_comparison.html. The panel's numbers only for who may read them."""
    real = window.rehearsal_of
    assert real is not None
    result = Result.objects.visible_to(user).filter(window=real).first()
    panel = result.payload if result else None
    agreed = _agreed(user, real) if panel else None
    now = {} if panel else _scores(frozen_answers(real))
    table = lines(found.payload, panel, agreed, now)
    may_mend = _mending(user, real)
    rows = [_row(line, may_mend) for line in table]
    return {
        "window": window,
        "status": badge(window, clock.now()),
        "real": {"title": str(real), "url": real.get_absolute_url()},
        "serves": rules.may_read_answers(user, window),
        "compared": panel is not None,
        "agreed": agreed is not None,
        "figures": _figures(found.payload, panel, agreed),
        "sentence": _sentence(table, panel is not None),
        "other_list": panel is not None
        and panel["instrument"]["digest"] != found.payload["instrument"]["digest"],
        "sections": _levels(found.payload, panel, agreed, "sections"),
        "dimensions": _levels(found.payload, panel, agreed, "dimensions"),
        "found": [row for row in rows if row["too_high"]][:SHOWN],
        "found_all": sum(line.too_high for line in table),
        "rows": rows,
        "mends": real.accepts_answers(),
        "computed_at": dates.wib(found.computed_at, window.city.timezone),
        "digest": short_digest(found.digest),
    }


def _agreed(user: User, real: EvaluationWindow) -> Payload | None:
    """The card of the closed consensus, as far as the person may read it."""
    row = Reconciliation.objects.visible_to(user).of_window(real).closed().first()
    return row.payload["consensus"] if row is not None and row.payload else None


def _scores(answers: Mapping[str, Payload]) -> dict[str, Decimal | None]:
    """What the city gives itself as it stands, by question."""
    return {
        code: None if row["self_score"] is None else Decimal(row["self_score"])
        for code, row in answers.items()
    }


def _mending(user: User, real: EvaluationWindow) -> Callable[[str], str]:
    """A question's place where its answer is mended, for who may read it there; "" once the window is opened."""
    if not real.accepts_answers():
        return lambda code: ""
    own = None
    if not rules.may_read_answers(user, real):
        own = set(real.judged_answers().of_own_opds(user).values_list("question__code", flat=True))

    def address(code: str) -> str:
        return reverse("evaluations:answer", args=[real.pk, code]) if own is None or code in own else ""

    return address


def _row(line: Line, mend: Callable[[str], str]) -> dict[str, Any]:
    """One question as texts, with every remark; nobody by name."""
    return {
        "code": line.code,
        "text": named(line.row, "text"),
        "own": decimals.display(line.now),
        "then": decimals.display(line.then) if line.changed else "",
        "tried": decimals.display(line.tried),
        "assessed": decimals.display(line.assessed),
        "agreed": decimals.display(line.agreed),
        "optimism": decimals.signed(line.optimism),
        "missed": decimals.signed(line.missed),
        "too_high": line.too_high,
        "was_found": line.was_found,
        "untried": line.untried,
        "mend_url": mend(line.code),
        "remarks": [
            {
                "who": _("Rehearsal seat %(number)s") % {"number": score["seat"]},
                "value": "–" if score["value"] is None else str(score["value"]),
                "text": score["remark"] or score["reason"],
            }
            for score in line.row["scores"]
        ],
    }


def _figures(rehearsed: Payload, panel: Payload | None, agreed: Payload | None) -> list[dict[str, Any]]:
    """The indices side by side, each under its own name, the provisional ones marked."""
    own = panel["self"] if panel else rehearsed["self"]
    cards: list[tuple[str, Payload | None, str]] = [
        (_("Self-assessed"), own, _("as submitted") if panel else _("as it was rehearsed")),
        (_("Rehearsal"), rehearsed["assessed"], _("by own staff, counts for nothing")),
    ]
    if panel:
        cards.append((_("Panel, mean of the scores"), panel["assessed"], _("the computed result")))
    if agreed:
        cards.append((_("Panel, as agreed"), agreed, _("the consensus")))
    found = []
    for label, card, gloss in cards:
        value, provisional = index_of(card)
        told = _("provisional: %(gloss)s") % {"gloss": gloss} if provisional else gloss
        found.append({"label": label, "value": decimals.display(value), "gloss": told})
    return found


def _levels(
    rehearsed: Payload, panel: Payload | None, agreed: Payload | None, level: str
) -> list[dict[str, Any]]:
    """Sections or dimensions in their order: self, rehearsal, panel, and the own value above the last of them."""
    own = panel["self"] if panel else rehearsed["self"]
    rows = []
    for row in rehearsed[level]:
        said = value_of(own, level, row["code"])
        tried = value_of(rehearsed["assessed"], level, row["code"])
        judged = value_of(panel["assessed"], level, row["code"]) if panel else None
        settled = value_of(agreed, level, row["code"])
        last = settled if settled is not None else judged if judged is not None else tried
        rows.append(
            {
                "name": named(row),
                "letter": row.get("letter", ""),
                "hue": row.get("hue", 0),
                "own": decimals.display(said),
                "tried": decimals.display(tried),
                "assessed": decimals.display(judged),
                "agreed": decimals.display(settled),
                "optimism": decimals.signed(None if said is None or last is None else said - last),
            }
        )
    return rows


def _sentence(table: Sequence[Line], compared: bool) -> str:
    """What the numbers mean, in two sentences: what to mend, or how well the rehearsal foresaw the panel."""
    if not compared:
        return _found(table)
    told = hits(table)
    if not told.too_high:
        text = _("The panel gave no question a whole point less than the city gave itself.")
    else:
        text = ngettext(
            "The panel gave %(all)s question at least a whole point less than the city gave itself; "
            "the rehearsal had found %(foreseen)s of them.",
            "The panel gave %(all)s questions at least a whole point less than the city gave itself; "
            "the rehearsal had found %(foreseen)s of them.",
            told.too_high,
        ) % {"all": told.too_high, "foreseen": told.foreseen}
    if told.untried:
        text += " " + ngettext(
            "%(count)s of them had no value in the rehearsal.",
            "%(count)s of them had no value in the rehearsal.",
            told.untried,
        ) % {"count": told.untried}
    if told.alarms:
        text += " " + ngettext(
            "%(count)s question the rehearsal held too high was confirmed by the panel.",
            "%(count)s questions the rehearsal held too high were confirmed by the panel.",
            told.alarms,
        ) % {"count": told.alarms}
    return text


def _found(table: Sequence[Line]) -> str:
    high = [line for line in table if line.too_high]
    if not high:
        return _("Own staff gave no question a whole point less than the city gives itself.")
    text = ngettext(
        "Own staff gave %(count)s question at least a whole point less than the city gives itself. "
        "There an assessor is likely to doubt: mend the answer or its evidence, or give a lower score.",
        "Own staff gave %(count)s questions at least a whole point less than the city gives itself. "
        "There an assessor is likely to doubt: mend the answer or its evidence, or give a lower score.",
        len(high),
    ) % {"count": len(high)}
    if changed := sum(line.changed for line in table):
        text += " " + ngettext(
            "%(count)s self-score was changed since the rehearsal.",
            "%(count)s self-scores were changed since the rehearsal.",
            changed,
        ) % {"count": changed}
    return text
