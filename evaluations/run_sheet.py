"""The run sheet of an interview as the instrument proposes it: parts, minutes, and the questions of each part.

Pure: an instrument's structure in, plain values out. A part is the opening, a section whose questions belong to no
dimension, a smart city dimension with all its questions, or the closing. The minutes between opening and closing follow
the weights of the instrument: what counts more is talked about longer. Source: domain guide, sections 1 and 11 (an
interview of about 90 minutes with presentation and questions).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _

from evaluations.structure import QuestionFacts, Structure

OPENING, CLOSING = "opening", "closing"
SECTION, DIMENSION = "section-", "dimension-"
#: Minutes of the frame: presentation and introductions, and what happens next.
OPENING_MINUTES, CLOSING_MINUTES = 10, 5


def key_of(question: QuestionFacts) -> str:
    """The part in which a question is talked about."""
    return f"{DIMENSION}{question.dimension}" if question.dimension else f"{SECTION}{question.section}"


def parts(structure: Structure) -> dict[str, list[QuestionFacts]]:
    """Key -> questions, in the order of the instrument: sections first, then dimensions; the frame has none."""
    found: dict[str, list[QuestionFacts]] = {}
    for row in structure.questions.values():
        found.setdefault(key_of(row), []).append(row)
    order = [f"{DIMENSION}{code}" for code in structure.dimensions]
    sections = {key: rows for key, rows in found.items() if not key.startswith(DIMENSION)}
    dimensions = {key: found[key] for key in order if key in found}
    return {OPENING: [], **sections, **dimensions, CLOSING: []}


def default_minutes(structure: Structure, total: int) -> dict[str, int]:
    """Minutes of each part, `total` together: weights decide, the largest remainders get what is left over."""
    frame = {OPENING: OPENING_MINUTES, CLOSING: CLOSING_MINUTES}
    shares = _shares(structure)
    rest = total - sum(frame.values())
    exact = {key: share * rest for key, share in shares.items()}
    minutes = {key: max(1, int(value)) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (int(exact[key]) - exact[key], list(exact).index(key)))
    for key in by_remainder:
        if sum(minutes.values()) >= rest:
            break
        minutes[key] += 1
    while sum(minutes.values()) > rest and max(minutes.values()) > 1:  # many small parts, a minute each
        minutes[max(minutes, key=lambda key: minutes[key])] -= 1
    return {key: frame.get(key) or minutes[key] for key in parts(structure)}


def title(structure: Structure, key: str) -> str:
    """What a part is called, in the page's language."""
    if key == OPENING:
        return _("Opening and presentation")
    if key == CLOSING:
        return _("Closing and what happens next")
    if key.startswith(DIMENSION):
        return str(structure.dimensions[key.removeprefix(DIMENSION)].name)
    code = key.removeprefix(SECTION)
    return next(str(row.name) for row in structure.sections if row.code == code)


def missing(minutes: Mapping[str, int], keys: Sequence[str], total: int) -> str:
    """What is wrong with the minutes of a run sheet, in a sentence; "" when nothing is."""
    if set(minutes) != set(keys) or any(not 1 <= value <= total for value in minutes.values()):
        return _("Each part needs a whole number of minutes, at least 1.")
    if (planned := sum(minutes.values())) != total:
        return _("The parts take %(planned)s minutes together; they must take %(total)s.") % {
            "planned": planned,
            "total": total,
        }
    return ""


def _shares(structure: Structure) -> dict[str, Fraction]:
    """Part -> its share of the weights: a section's weight is split evenly among its questions."""
    shares: dict[str, Fraction] = {}
    for section in structure.sections:
        for row in section.questions:
            part = Fraction(section.weight) / len(section.questions)
            shares[key_of(row)] = shares.get(key_of(row), Fraction(0)) + part
    whole = sum(shares.values(), Fraction(0))
    return {key: shares[key] / whole for key in parts(structure) if key in shares}
