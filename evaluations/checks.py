"""What the city would submit, looked at as a whole: what stops it, what only costs, how much, and who acts.

Only what waits for the city's own word stops (docs/adr/0018). Few queries, however much there is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluations.answering import positions_of
from evaluations.checking import STOP, WARN, Check, Finding, Ground, Looked, agencies, sources, united
from evaluations.forecast import shares
from evaluations.models import Answer, AnswerStatus, EvaluationWindow
from evaluations.scoring import grade
from evaluations.structure import QuestionFacts, structure_of
from opd.claims import conflicts
from opd.models import Claim, ProgramYear, QuickWin, Role, User

QUICK_WINS = "mean_of_quick_wins"
KOMINFO = "Kominfo"

#: What a file is claimed to be, wherever the city shows it.
type Claims = Mapping[str, Sequence[Claim]]


def look(window: EvaluationWindow, user: User) -> Looked:
    """Put every check to a window, with the values this person may read."""
    ground = _ground(window, user)
    rows = list(QuickWin.objects.of_city(window.city_id).in_year(window.year).in_procedure())
    claims = _claims(ground, rows)
    checks = [
        *_questions(ground),
        *_proof(ground, claims),
        *_quick_wins(ground, rows, claims),
        *_programs(ground),
    ]
    for source in sources:
        checks += source(ground)
    checks.sort(key=lambda check: (not check.stops, not check.findings, -check.cost))
    return Looked(checks, _empty_sections(ground))


def _ground(window: EvaluationWindow, user: User) -> Ground:
    structure = structure_of(window.instrument)
    rows = window.answers.with_pieces()
    return Ground(
        window,
        user,
        structure,
        shares(structure.parts()),
        positions_of(window, user)[0],
        {row.question_id: row for row in rows},
    )


def _stands(answer: Answer | None) -> bool:
    """Whether the city stands for a value here."""
    return answer is not None and answer.is_counting and answer.self_score is not None


# --- questions without a value the city stands for -----------------------------------------------------------


def _questions(ground: Ground) -> Iterator[Check]:
    """Each question once: waits for the city, waits at its agency, or was asked of nobody."""
    judge: list[Finding] = []
    agency: list[Finding] = []
    nobody: list[Finding] = []
    survey: list[Finding] = []
    for question in ground.structure.questions.values():
        answer = ground.answer_of(question)
        if _stands(answer):
            continue
        if answer is not None and answer.opd is not None:
            place = ground.place(question, who=answer.opd.short)
            (judge if answer.status == AnswerStatus.SUBMITTED else agency).append(place)
        elif question.scored:
            nobody.append(ground.place(question))
        else:
            survey.append(ground.place(question, _("No survey result yet."), _dimension(ground, question)))
    page = reverse("evaluations:answers", args=[ground.window.pk])
    yield Check(
        "judge",
        STOP,
        _("Answers that wait for the city's word"),
        _("Handed in by agencies; accept them or return them. Until then they count for nothing."),
        _("Kominfo; for its own house Bappelitbang"),
        f"{page}?status=submitted",
        judge,
    )
    yield Check(
        "agency",
        WARN,
        _("Questions that wait at an agency"),
        _("Asked, but not handed in, or returned and not handed in again."),
        agencies(agency),
        page,
        agency,
        at_most=True,
    )
    yield Check(
        "nobody",
        WARN,
        _("Questions asked of no agency and not answered"),
        _("Ask an agency, or let the secretariat answer."),
        KOMINFO,
        f"{page}?status=empty",
        nobody,
        at_most=True,
    )
    yield _survey(ground, survey)


def _survey(ground: Ground, empty: list[Finding]) -> Check:
    quota, few = ground.window.instrument.respondents, []
    for question in ground.structure.questions.values():
        answer = ground.answer_of(question)
        if question.scored or answer is None or not _stands(answer) or (answer.respondents or 0) >= quota:
            continue
        text = _("%(given)s of %(quota)s respondents") % {"given": answer.respondents or 0, "quota": quota}
        few.append(ground.place(question, text, _dimension(ground, question)))
    found = [*empty, *few]
    return Check(
        "survey",
        WARN,
        _("Survey results missing or below the quota"),
        _("Below the quota a mean is provisional; without one the question counts for nothing."),
        agencies(found) or KOMINFO,
        reverse("evaluations:answers", args=[ground.window.pk]) + "?section=IMPACT",
        found,
        at_most=bool(empty),
    )


def _dimension(ground: Ground, question: QuestionFacts) -> str:
    row = ground.structure.dimensions.get(question.dimension)
    return str(row.name).removeprefix("Smart ") if row else ""


# --- what would not convince ---------------------------------------------------------------------------------


def _proof(ground: Ground, claims: Claims) -> Iterator[Check]:
    """Values above 0 with words alone, and evidence an assessor will doubt."""
    bare, doubted = [], []
    for question in ground.structure.questions.values():
        answer = ground.answer_of(question)
        if answer is None or not _stands(answer) or not answer.self_score:
            continue
        pieces, who = list(answer.exhibits.all()), answer.opd.short if answer.opd else KOMINFO
        if question.scored and not pieces:
            bare.append(ground.place(question, who=who))
        said = [sentence for piece in pieces for sentence in _doubts(piece, claims, ground.window.year)]
        if said:
            doubted.append(ground.place(question, " ".join(dict.fromkeys(said)), who))
    page = reverse("evaluations:answers", args=[ground.window.pk])
    yield Check(
        "bare",
        WARN,
        _("Answers above 0 without evidence"),
        _("Words alone: assessors treat what is not proven as not delivered."),
        agencies(bare),
        page,
        bare,
    )
    yield Check(
        "doubts",
        WARN,
        _("Answers whose evidence will be doubted"),
        _("Old documents, empty pages, the same file with two dates or names."),
        agencies(doubted),
        page,
        doubted,
    )


def _claims(ground: Ground, quick_wins: list[QuickWin]) -> Claims:
    """File or address -> every place that shows it among what the city stands for: answers, verified quick wins."""
    found: dict[str, list[Claim]] = defaultdict(list)
    pieces: list[Iterable[Claim]] = [row.exhibits.all() for row in ground.answers.values() if row.is_counting]
    pieces += [row.evidence.all() for row in quick_wins if row.status == "verified"]
    for piece in chain.from_iterable(pieces):
        found[piece.stored_file_id or piece.url].append(piece)
    return found


def _doubts(piece: Claim, claims: Claims, year: int) -> list[str]:
    return [*piece.flags(year), *conflicts(piece, claims.get(piece.stored_file_id or piece.url, ()))]


# --- quick wins and programmes -------------------------------------------------------------------------------


def _quick_wins(ground: Ground, rows: list[QuickWin], claims: Claims) -> Iterator[Check]:
    """Not verified, of another dimension set, or none at all in a dimension; doubts of the verified ones."""
    window = ground.window
    page = f"{reverse('opd:quick_wins')}?year={window.year}"
    seen = set(QuickWin.objects.visible_to(ground.user).in_year(window.year).values_list("pk", flat=True))
    named = ground.user.has_role(Role.REVIEWER, Role.PLANNER, Role.AUDITOR, city_id=window.city_id)

    def place(row: QuickWin, text: str = "") -> Finding:
        """Leadership learns whose it is, not what an agency is still writing; a link only where it opens."""
        url, label = (row.get_absolute_url() if row.pk in seen else page), row.title
        if not named and row.pk not in seen:
            label = row.opd.short
        return Finding(label, url, text or row.get_status_display(), row.opd.short)

    judge = [place(row) for row in rows if row.status == "submitted"]
    agency = [place(row) for row in rows if row.status not in ("submitted", "verified")]
    verified = [row for row in rows if row.status == "verified"]
    yield Check(
        "quick-wins-judge",
        STOP,
        _("Quick wins that wait to be verified"),
        _("Submitted by agencies; verify them or return them."),
        _("Kominfo; for its own house Bappelitbang"),
        reverse("opd:queue"),
        judge,
    )
    yield Check(
        "quick-wins",
        WARN,
        _("Quick wins still with their agency"),
        _("What is not verified is not submitted."),
        agencies(agency),
        page,
        agency,
    )
    own = window.instrument.dimension_set_id
    foreign = [place(row) for row in verified if row.dimension.dimension_set_id != own]
    yield Check(
        "foreign",
        STOP,
        _("Quick wins of dimensions the instrument does not have"),
        _("Choose the dimension anew, or judge by another question list."),
        KOMINFO,
        page,
        foreign,
    )
    yield _uncovered(ground, verified, page)
    said = {
        row: " ".join(
            dict.fromkeys(
                text for piece in row.evidence.all() for text in _doubts(piece, claims, window.year)
            )
        )
        for row in verified
    }
    doubted = [place(row, text) for row, text in said.items() if text]
    yield Check(
        "quick-win-doubts",
        WARN,
        _("Verified quick wins whose evidence will be doubted"),
        _("Open them for correction, or be ready to explain."),
        agencies(doubted),
        page,
        doubted,
    )


def _uncovered(ground: Ground, verified: list[QuickWin], page: str) -> Check:
    """Dimensions the instrument asks about and in which no quick win is verified."""
    there, findings = {row.dimension.code for row in verified}, []
    for section in ground.structure.sections:
        if section.method != QUICK_WINS:
            continue
        for code, dimension in ground.structure.dimensions.items():
            asked = [row.code for row in section.questions if row.dimension == code]
            if asked and code not in there:
                costs = united(ground.worth(one) for one in asked)
                url = f"{page}&dimension={code}"
                findings.append(Finding(str(dimension.name), url, "", "", costs))
    return Check(
        "uncovered",
        WARN,
        _("Dimensions without a verified quick win"),
        _("One quick win for each dimension is the rule; without one its questions cannot be scored."),
        f"OPD, {KOMINFO}",
        page,
        findings,
        at_most=True,
    )


def _programs(ground: Ground) -> Iterator[Check]:
    """Approved programmes of the year of which no report was ever handed in, by agency."""
    window = ground.window
    rows = ProgramYear.objects.untold_in(window.city_id, window.year)
    by_opd: dict[tuple[str, int], list[str]] = defaultdict(list)
    for row in rows:
        by_opd[row.program.opd.short, row.program.opd_id].append(row.program.code)
    findings = [
        Finding(
            short,
            f"{reverse('opd:programs')}?opd={pk}&year={window.year}",
            ", ".join(sorted(codes)),
            short,
        )
        for (short, pk), codes in sorted(by_opd.items(), key=lambda item: -len(item[1]))
    ]
    yield Check(
        "programs",
        WARN,
        _("Agencies with programmes nobody reported of"),
        _("No quarterly report of the year was handed in. It weakens the answers about the plan."),
        ", ".join(f"{short} {len(codes)}" for (short, _pk), codes in by_opd.items()),
        reverse("opd:board"),
        findings,
    )


def _empty_sections(ground: Ground) -> list[str]:
    """Names of the sections in which the city stands for no value at all: then there is no index."""
    given = {
        question.code: [answer.self_score]
        for question in ground.structure.questions.values()
        if (answer := ground.answer_of(question)) is not None
        and _stands(answer)
        and answer.self_score is not None
    }
    card = grade(ground.structure.parts(), given, {})
    names = {section.code: str(section.name) for section in ground.structure.sections}
    return [names[code] for code in card.missing_sections]
