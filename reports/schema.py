"""What a report is made of: the frozen inputs, schema 3.

`Report.inputs` holds one `Inputs`: plain JSON, written once when the report is asked for, and the only thing
a chapter sees. Numbers are decimal text ("2.7916", full precision, None when nothing was given: missing is
never zero), moments are ISO 8601 in UTC, days are ISO dates, codes are those of the dimension set and
instrument frozen with them. Labels of statuses and roles are not stored: they are said in the report's
language when it is printed.

Schema 1 knew no masterplan: `plan` is missing there. Schema 2 knew no follow-up: the chapters of Impact and of the
recommendations are missing, and so is what the Output questions were answered. `reports.chapters` reads every
schema ever written.
"""

from typing import Final, Literal, NotRequired, TypedDict

SCHEMA = 3
READABLE: Final = frozenset({1, 2, SCHEMA})

# The statuses a tally counts, in the order of the path: those of the procedure, and never another
COUNTED: Final = ("draft", "proposed", "submitted", "returned", "verified")


class City(TypedDict):
    """`code` "21.72", `timezone` an IANA name."""

    code: str
    name: str
    timezone: str


class Office(TypedDict):
    """An agency as it was called then."""

    short: str
    name: str


class Asked(TypedDict):
    """Who asked: never a person, always a role (opd.models.Role) and an office ("" when it has none)."""

    at: str
    role: str
    office: str


class Window(TypedDict):
    """The evaluation window, when the year has one."""

    stage: str
    status: Literal["draft", "open", "closed"]
    inputs_due_at: str | None
    opens_at: str | None
    closes_at: str | None
    sample: bool


class Instrument(TypedDict):
    """The yardstick of the window; not `official` when it is a reconstruction or sample."""

    code: str
    version: int
    year: int
    title: str
    official: bool


class Data(TypedDict):
    """The state of the data: a snapshot (its version and digest) or the live rows of that moment."""

    source: Literal["snapshot", "live"]
    at: str
    version: int | None
    digest: str | None


class SubDimension(TypedDict):
    """A part of a dimension, in order."""

    code: str
    name: str


class Dimension(TypedDict):
    """A smart city dimension; `hue` 1 to 8 and `letter` stay with it for life."""

    code: str
    name: str
    gloss: str
    hue: int
    letter: str
    sub_dimensions: list[SubDimension]


class Section(TypedDict):
    """A section of the instrument ("evaluation dimension"); weights total 100."""

    code: str
    name: str
    weight: str


class Level(TypedDict):
    """One value (0 to 4, None when nothing was given) made of `given` scores of `expected`."""

    value: str | None
    given: int
    expected: int


class Card(TypedDict):
    """One series worked out. `index` is None when a section has no value; `provisional` is the index over the
    rest.

    `dimensions`: profile of each smart city dimension over Outcome, Impact and Quick Win. `outcome`: the
    Outcome value of each dimension; `sub_dimensions`: that of each sub-dimension.
    """

    index: str | None
    provisional: str | None
    given: int
    expected: int
    sections: dict[str, Level]
    dimensions: dict[str, Level]
    outcome: dict[str, Level]
    sub_dimensions: dict[str, Level]
    sample: bool


class Survey(TypedDict):
    """The impact survey of one sub-dimension: how many answered (None: not reported) and their mean."""

    dimension: str
    sub_dimension: str
    respondents: int | None
    mean: str | None


class Tally(TypedDict):
    """How many quick wins of one agency stand where in one dimension, and how complete they are."""

    opd: Office
    dimension: str
    draft: int
    proposed: int
    submitted: int
    returned: int
    verified: int
    filled: int
    total: int


class Evidence(TypedDict):
    """One piece of evidence. `photo`: SHA-256 of the stored picture when there is a derivative to print."""

    kind: str
    title: str
    url: str
    document_date: str | None
    page: str
    valid_until: str | None
    photo: str | None
    sample: bool
    doubtful: bool


class QuickWin(TypedDict):
    """A quick win that was submitted or verified, with everything its page says."""

    code: str
    title: str
    name: str
    opd: Office
    owner_confirmed: bool
    dimension: str
    sub_dimension: str | None
    kind: str
    status: str
    problem: str
    description: str
    beneficiaries: str
    partners: str
    sustainability: str
    schedule: str
    indicator: str
    unit: str
    baseline: str | None
    target: str | None
    realisation: str | None
    budget: str | None
    fund_source: str
    legal_basis: str
    link: str
    filled: int
    total: int
    sample_fields: list[str]
    evidence: list[Evidence]


class Program(TypedDict):
    """A programme of the masterplan in the year of the report; numbers are None where nothing is known.

    `state` is a code of opd.models.State ("" while nobody told), `achievement` in per cent, not capped.
    """

    code: str
    name: str
    opd: Office
    dimension: str
    sub_dimension: str
    category: str
    sub_activity_code: str
    indicator: str
    unit: str
    state: str
    state_reason: str
    target: str | None
    actual: str | None
    achievement: str | None
    budget: str | None
    absorbed: str | None
    fund_source: str
    sample: bool


class PlanYear(TypedDict):
    """A year of the plan up to that of the report: counts as in opd.trend, the dimension sets it was told by."""

    year: int
    counts: dict[str, int]
    sets: list[str]


class Plan(TypedDict):
    """The masterplan and its approved programmes in the year of the report. `apbd`: the whole APBD of the year.

    `years` is missing, or empty, in what was frozen before they were kept: then there is no trend to print.
    """

    title: str
    regulation: str
    year_from: int
    year_to: int
    vision: str
    apbd: str | None
    apbd_sample: bool
    programs: list[Program]
    years: NotRequired[list[PlanYear]]


class Service(TypedDict):
    """The service the public was asked about in one sub-dimension, and whose it is."""

    sub_dimension: str
    name: str
    opd: Office
    sample: bool


class Recommendation(TypedDict):
    """What an earlier evaluation recommended; `steps`: done, all. Of a closed one what was done, and its evidence."""

    code: str
    source: str
    reference: str
    text: str
    opd: Office
    due_on: str
    status: str
    steps: tuple[int, int]
    done_note: str
    dropped_because: str
    carried: bool
    evidence: list[str]
    sample: bool


class Piece(TypedDict):
    """A piece of evidence of an answer, as it is claimed."""

    kind: str
    title: str
    document_date: str | None
    page: str


class Foundation(TypedDict):
    """A question about what the city prepared, its area, the answer it stands for and the evidence of it."""

    area: str
    code: str
    text: str
    score: str | None
    answer: str
    evidence: list[Piece]
    sample: bool


class Clarifications(TypedDict):
    """How many questions assessors asked in the window, and what became of them when the report was asked for."""

    asked: int
    answered: int
    late: int
    unanswered: int
    open: int


class Signature(TypedDict):
    """A place to sign: in which capacity ("chair" or "secretariat") and for which office."""

    capacity: Literal["chair", "secretariat"]
    office: Office | None


class Inputs(TypedDict):
    """Everything one readiness report says.

    `outcome_section`: name of the section whose values exist by sub-dimension. `self_assessed` and `assessed`
    are None without a window, and `assessed` until the window is closed. `plan` is None without a masterplan and
    missing in schema 1.
    """

    schema: int
    language: str
    number: str
    version: int
    year: int
    city: City
    asked: Asked
    window: Window | None
    instrument: Instrument | None
    data: Data
    dimensions: list[Dimension]
    sections: list[Section]
    self_assessed: Card | None
    assessed: Card | None
    outcome_section: str
    survey: list[Survey]
    survey_expected: int
    opds: list[Office]
    tally: list[Tally]
    quick_wins: list[QuickWin]
    plan: NotRequired[Plan | None]
    services: NotRequired[list[Service]]
    recommendations: NotRequired[list[Recommendation]]
    foundation: NotRequired[list[Foundation]]
    meetings: NotRequired[int]
    clarifications: NotRequired[Clarifications | None]
    signatures: list[Signature]
