"""The evidence bank: the documents a person may see, and where each of them is used.

A reading. A document (`opd.models.Document`) is an agency's file or link, once; its uses are the evidence of quick
wins and quarterly reports (`opd`) and the exhibits of answers, replies and recommendations (here). Others than the
agency see a use when it stands as it was submitted, and a document when they see one of its uses.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from evaluations import rules as evaluation_rules
from evaluations.models import Answer, Clarification, Exhibit, Recommendation, SnapshotItem
from opd import rules
from opd.models import Document, DocumentQuerySet, Evidence, Finding, Progress, QuickWin, Role, User

UNUSED, REUSED, OLDER = "unused", "reused", "older"


def seen_by(user: User) -> DocumentQuerySet:
    """Documents a person may see, with `uses` (how many they see) and `said` (a name of those)."""
    evidence, exhibits = (rows.filter(document=OuterRef("pk")) for rows in _standing(user))
    own = Q(opd__in=user.opds()) | Q(opd__isnull=True, city__in=user.cities(Role.REVIEWER))
    newest = [rows.order_by("-pk").values("title")[:1] for rows in (exhibits, evidence)]
    rows: DocumentQuerySet = Document.objects.filter(own | Exists(evidence) | Exists(exhibits)).annotate(
        uses=_number(evidence) + _number(exhibits),
        said=Coalesce(*(Subquery(titles) for titles in newest), Value("")),
    )
    return rows


def narrowed(rows: Any, user: User, *, year: int, today: date, asked: dict[str, Any]) -> Any:
    """The rows that fit a filter: `asked` has q, kind, opd, year, state and use, each a value or None."""
    if asked["q"]:
        rows = rows.filter(_named(user, asked["q"]))
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["opd"]:
        rows = rows.filter(opd=asked["opd"])
    if asked["year"]:
        rows = rows.filter(_of_year(user, asked["year"]))
    if asked["state"]:
        rows = rows.in_state(asked["state"], year, today)
    if asked["use"] == UNUSED:
        rows = rows.filter(uses=0)
    elif asked["use"] == REUSED:
        rows = rows.filter(uses__gt=1)
    elif asked["use"] == OLDER:
        rows = rows.filter(document_date__year__lt=year)
    return rows


def name_for(user: User, document: Document) -> str:
    """What a document is called: by its own people as they call it, by others as a use they see does."""
    if rules.may_keep_document(user, document):
        return document.title
    return getattr(document, "said", "") or document.url or document.key[:12]


def chain_of(user: User, document: Document) -> list[Document]:
    """The versions of a document the person may see, the newest first; empty when there is only one."""
    rows = list(seen_by(user).chain(document))
    return rows if len(rows) > 1 else []


def newest_pages(user: User, documents: Collection[int]) -> dict[int, str]:
    """Document -> the page named last in a use the person sees. Two queries."""
    pieces: list[Any] = []
    for rows in _standing(user):
        pieces += rows.filter(document__in=documents).exclude(page="").only("document", "page", "created_at")
    return {piece.document_id: piece.page for piece in sorted(pieces, key=lambda piece: piece.created_at)}


@dataclass(frozen=True)
class Use:
    """One place that shows a document.

    `editable`: its text is with the person who reads this, so a newer version may take its place. `frozen`: the review
    windows that froze it with these bytes.
    """

    piece: Evidence | Exhibit
    owner: QuickWin | Progress | Answer | Clarification | Recommendation
    year: int
    editable: bool
    frozen: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """Its name in a form: e12 is a piece of evidence, x7 an exhibit."""
        return f"{'e' if isinstance(self.piece, Evidence) else 'x'}{self.piece.pk}"

    @property
    def key(self) -> tuple[str, str]:
        """Kind and key of the frozen item it would stand in."""
        if isinstance(self.owner, QuickWin):
            return SnapshotItem.Kind.QUICK_WIN, self.owner.code
        if isinstance(self.owner, Answer):
            return SnapshotItem.Kind.ANSWER, self.owner.question.code
        if isinstance(self.owner, Recommendation):
            return SnapshotItem.Kind.RECOMMENDATION, self.owner.code
        return "", ""


def uses_of(user: User, document: Document) -> list[Use]:
    """Where a document is used, as far as the person may see it: the newest first. Three statements."""
    evidence, exhibits = _standing(user)
    found = [_use(user, piece) for piece in evidence.filter(document=document).for_uses()]
    found += [_use(user, piece) for piece in exhibits.filter(document=document).for_uses()]
    frozen = _frozen(document, found)
    return [
        Use(use.piece, use.owner, use.year, use.editable, tuple(frozen.get(_place(use), ())))
        for use in sorted(found, key=lambda use: (use.year, use.piece.created_at), reverse=True)
    ]


def _use(user: User, piece: Any) -> Use:
    if isinstance(piece, Evidence):
        owner = piece.owner
        return Use(piece, owner, owner.year, rules.may_edit(user, owner))
    if piece.answer:
        answer = piece.answer
        return Use(
            piece, answer, answer.window.year, evaluation_rules.may_answer(user, answer.window, answer)
        )
    if piece.recommendation:
        row = piece.recommendation
        return Use(piece, row, row.for_year, evaluation_rules.may_work_on(user, row))
    # An answer to an assessor is given once, within a day: it keeps what was put into it.
    return Use(piece, piece.clarification, piece.clarification.window.year, editable=False)


def _place(use: Use) -> tuple[str, str, int]:
    """Where a use would be frozen: an answer in its own window, the others in those of their year."""
    scope = use.owner.window_id if isinstance(use.owner, Answer) else use.year
    return *use.key, scope


def _frozen(document: Document, uses: list[Use]) -> dict[tuple[str, str, int], list[str]]:
    """Place -> names of the windows whose newest look at it shows these bytes or this link."""
    keys = [key for use in uses if (key := use.key) != ("", "")]
    if not keys:
        return {}
    kinds, names = {kind for kind, _key in keys}, {key for _kind, key in keys}
    rows = (
        SnapshotItem.objects.real()
        .filter(snapshot__window__city=document.city_id, kind__in=kinds, key__in=names)
        .select_related("snapshot__window")
    )
    found: dict[tuple[str, str, int], list[str]] = {}
    for item in rows.order_by("snapshot__taken_at"):
        if not any(_shows(piece, document) for piece in item.payload.get("evidence", ())):
            continue
        window = item.snapshot.window
        scope = window.pk if item.kind == SnapshotItem.Kind.ANSWER else window.year
        names_there = found.setdefault((item.kind, item.key, scope), [])
        name = str(window)
        if name not in names_there:
            names_there.append(name)
    return found


def _shows(piece: dict[str, Any], document: Document) -> bool:
    if document.stored_file_id:
        return bool(piece["sha256"] == document.stored_file_id)
    return bool(piece["url"] == document.url)


def _standing(user: User) -> tuple[Any, Any]:
    return Evidence.objects.standing_for(user), Exhibit.objects.standing_for(user)


def _number(rows: Any) -> Coalesce:
    counted = rows.order_by().values("document").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _named(user: User, query: str) -> Q:
    """Own documents by every name they went by; others by the names and file names one may see."""
    own = Q(opd__in=user.opds()) | Q(opd__isnull=True, city__in=user.cities(Role.REVIEWER))
    found = Finding.objects.visible_to(user).of_kind(Finding.Kind.EVIDENCE).finding(query)
    evidence = Evidence.objects.standing_for(user).filter(pk__in=found.order_by().values("evidence"))
    exhibits = Exhibit.objects.standing_for(user).filter(terms__finds=query)
    named = Document.objects.named(query).order_by().values("pk")
    return (
        (own & Q(pk__in=named))
        | Q(pk__in=evidence.order_by().values("document"))
        | Q(pk__in=exhibits.order_by().values("document"))
        | Q(note__icontains=query)
    )


def _of_year(user: User, year: int) -> Q:
    """Used for a year, or dated in it, or covering a part of it."""
    evidence, exhibits = _standing(user)
    evidence = evidence.filter(Q(quick_win__year=year) | Q(progress__year=year))
    exhibits = exhibits.filter(
        Q(answer__window__year=year) | Q(clarification__window__year=year) | Q(recommendation__for_year=year)
    )
    covers = Q(period_from__isnull=False) & Q(period_from__year__lte=year)
    covers &= Q(period_to__isnull=True) | Q(period_to__year__gte=year)
    return (
        Q(document_date__year=year)
        | covers
        | Exists(evidence.filter(document=OuterRef("pk")))
        | Exists(exhibits.filter(document=OuterRef("pk")))
    )
