"""Pages: the long list (W1), the form (W4), the score sheet (W5)."""

from typing import Any

from django.db import connection
from django.template.loader import render_to_string
from django.test import RequestFactory

from bench import pages
from bench.baselines import formset, naive_list
from bench.city import Built, Size, build, opened, quick_win
from bench.content import Words
from bench.environment import Stage, use_new_database
from bench.many import Crowd, fill
from bench.measure import Row, interleaved, once, per_call, ratios
from evaluations import actions
from evaluations.models import Seat
from evaluations.views.sheet_page import Sheet, score_page
from opd.models import QuickWin, Status
from smartcity.lib import clock

ROUNDS = 7
LISTED = 10_000


def rows(stage: Stage) -> list[Row]:
    use_new_database("web")
    crowd = fill(stage.many(LISTED, 2_000), stage.folder)
    _fill_baselines(crowd)
    count = stage.rounds(ROUNDS)
    return [*_list_page(crowd, count), *_form_page(crowd.built, count), *_score_sheet(stage, count)]


def _fill_baselines(crowd: Crowd) -> None:
    """The baselines have tables of their own, with the same rows in them."""
    made = (
        naive_list.Agency, naive_list.Role, naive_list.Deadline, naive_list.Dimension, naive_list.QuickWin, formset.Score,
    )  # fmt: skip
    with connection.schema_editor() as editor:
        for model in made:
            editor.create_model(model)
    formset.fill()
    naive_list.Agency.objects.bulk_create(
        naive_list.Agency(pk=row.pk, short=row.short) for row in crowd.built.opds
    )
    naive_list.Dimension.objects.bulk_create(
        naive_list.Dimension(pk=row.pk, name=row.short_name, letter=row.letter, hue=row.hue)
        for row in crowd.built.dimensions
    )
    reviewer = crowd.built.cast["reviewer"]
    naive_list.Role.objects.create(user_id=reviewer.pk, name="reviewer", agency_id=crowd.built.opds[0].pk)
    naive_list.Deadline.objects.create(label="Jendela evaluasi ditutup", until=crowd.window.closes_at)
    source, target = QuickWin._meta.db_table, naive_list.QuickWin._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {target} (agency_id, dimension_id, number, year, name, acronym, confirmed, status, filled,"
            f" total, updated_at) SELECT opd_id, dimension_id, number, 2022, name, acronym, owner_confirmed, status,"
            f" filled, total, updated_at FROM {source} WHERE submitted_at IS NOT NULL"
        )
        cursor.execute(f"CREATE INDEX ON {target} (year, number)")
        cursor.execute(f"VACUUM ANALYZE {target}")


def _list_page(crowd: Crowd, count: int) -> list[Row]:
    """The list of 50 rows against the same page written naively, and against nothing at all."""
    visitor = pages.Visitor(crowd.built.cast["reviewer"])
    ours, bare = pages.handler(), pages.handler([], baseline=True)
    usual = pages.handler(pages.USUAL, baseline=True)

    def page() -> bytes:
        return visitor.get(ours, "/quick-wins/")

    def naive() -> bytes:
        return visitor.get(usual, "/naive-list")

    def hello() -> bytes:
        return visitor.get(bare, "/hello")

    _warm(page, naive, hello)
    facts = {
        "kilobytes": round(len(page()) / 1024), "naive_kilobytes": round(len(naive()) / 1024),
        "rows": page().count(b'<tr role="row">') - 1, "naive_rows": naive().count(b'<tr role="row">') - 1,
    }  # fmt: skip
    assert facts["rows"] == facts["naive_rows"] == 50, facts
    zero, slow, fast = interleaved(
        count, lambda: per_call(hello), lambda: per_call(naive), lambda: per_call(page)
    )
    facts |= {
        "ms": _middle(fast),
        "naive_ms": _middle(slow),
        "hello_ms": _middle(zero),
        "statements": pages.statements_of(page),
    }
    return [
        Row(
            "W1 naive",
            "list of 50, signed in / the same page written naively, CPU",
            ratios(fast, slow),
            0.48,
            facts=facts,
        ),
        Row("W1 hello", "list of 50, signed in / hello without middleware, CPU", ratios(fast, zero), 65),
    ]


def _form_page(built: Built, count: int) -> list[Row]:
    """The form of a quick win with every field, and the same with an unreadable value in each number field."""
    words = Words()
    fine, wrong = (
        quick_win(
            built, 2_000_000 + number * 40 * 6 + 2, Status.DRAFT, words, year=built.city.evaluation_year
        )
        for number in range(2)
    )
    fine.opd = wrong.opd = built.opds[2]
    wrong.unreadable = {"baseline": "tiga", "target": "lima puluh", "realisation": "-", "budget": "5 miliar"}
    QuickWin.objects.bulk_create([fine, wrong])
    visitor, ours, bare = (
        pages.Visitor(built.cast["operator"]),
        pages.handler(),
        pages.handler([], baseline=True),
    )

    def form() -> bytes:
        return visitor.get(ours, f"/quick-wins/{fine.pk}/edit/")

    def with_errors() -> bytes:
        return visitor.get(ours, f"/quick-wins/{wrong.pk}/edit/")

    def hello() -> bytes:
        return visitor.get(bare, "/hello")

    _warm(form, with_errors, hello)
    fields = form().count(b'class="field"') + form().count(b'class="field ')
    assert with_errors().count(b"is-invalid") == len(wrong.unreadable)
    zero, plain, errors = interleaved(
        count, lambda: per_call(hello), lambda: per_call(form), lambda: per_call(with_errors)
    )
    facts = {
        "ms": _middle(plain),
        "hello_ms": _middle(zero),
        "fields": fields,
        "statements": pages.statements_of(form),
    }
    return [
        Row("W4", "form page / hello without middleware, CPU", ratios(plain, zero), 120, facts=facts),
        Row("W4 errors", "form page with errors / without, CPU", ratios(errors, plain), 1.3),
    ]


def _score_sheet(stage: Stage, count: int) -> list[Row]:
    """One question of the sheet with the list of all, and one saved score, against a formset of 36."""
    built = build("21.91", Size(40, 12, 0), stage.folder)
    opens = clock.now().replace(microsecond=0)
    window, seat = opened(built, opens=opens, year=2022)
    visitor, ours, drawn = pages.Visitor(built.cast["assessor"]), pages.handler(), formset.Page()
    sheet = Sheet(seat)
    code, question = next(iter(sheet.asked.items()))
    request = RequestFactory().get(f"/sheets/{window.pk}/questions/{code}/")
    request.user = built.cast["assessor"]

    def page() -> bytes:
        return visitor.get(ours, request.path)

    def render() -> str:
        return render_to_string("evaluations/score.html", score_page(sheet, question, ""), request)

    saver = _Saver(seat, code)
    _warm(page, render, drawn.render, saver.save, formset.save_each)
    crispy, drawn_by_us, whole = interleaved(
        count, lambda: per_call(drawn.render), lambda: per_call(render), lambda: per_call(page)
    )
    each, one = interleaved(
        count,
        lambda: per_call(formset.save_each, clock=_wall, seconds=0.3),
        lambda: per_call(saver.save, clock=_wall, seconds=0.3),
    )
    with pages.sql_of() as sql:
        saver.save()
    statements = sql.statements
    return [
        Row(
            "W5 render", f"score page with {len(sheet.asked)} questions / crispy formset of 36, CPU",
            ratios(drawn_by_us, crispy), 0.25,
            facts={
                "ms": _middle(drawn_by_us), "formset_ms": _middle(crispy), "signed_in_page_ms": _middle(whole),
                "statements": pages.statements_of(page),
            },
        ),
        Row("W5 save", "one saved score, audited / 36 times save()", ratios(one, each), 0.2, facts={"ms": _middle(one)}),
        Row("W5 SQL", "statements to save a score, three of them the audit chain", [float(statements)], 4, ""),
    ]  # fmt: skip


class _Saver:
    """Saves one score again and again, each time another value at the version read before."""

    def __init__(self, seat: Seat, code: str) -> None:
        self.seat, self.code, self.version = seat, code, 0

    def save(self) -> Any:
        saved = actions.save_score(
            seat=self.seat, question_code=self.code, value=self.version % 5, remark="Bukti cukup.",
            version=self.version, by=self.seat.user,
        )  # fmt: skip
        self.version = saved.version
        return saved


def _warm(*calls: Any) -> None:
    for call in calls:
        for _ in range(3):
            once(call)


def _wall() -> float:
    import time

    return time.perf_counter()


def _middle(values: list[float]) -> float:
    return round(sorted(values)[len(values) // 2], 3)
