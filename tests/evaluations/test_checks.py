"""The checks over the whole city: what stops, what it costs to the hundredth and beyond, and who acts."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from evaluations import actions, checks
from evaluations.models import Answer
from opd.models import Evidence, QuickWin, StoredFile
from tests.evaluations.test_submissions import say

#: BASE 40 over 2 questions; IMPACT 40 over 2 dimensions (GOV has 2 questions); QW 20 over 2 dimensions.
SHARES = {"B-1": Fraction(1, 5), "B-2": Fraction(1, 5), "I-GOV-1": Fraction(1, 10), "I-GOV-2": Fraction(1, 10),
          "I-LIV-1": Fraction(1, 5), "Q-GOV-1": Fraction(1, 10), "Q-LIV-1": Fraction(1, 10)}  # fmt: skip


def looked(window, user):
    found = checks.look(window, user)
    return found, {check.code: check for check in found.checks}


def labels(check):
    return [finding.label for finding in check.findings]


def test_an_empty_city_lacks_everything(window, cast):
    found, by_code = looked(window, cast["reviewer"])
    assert labels(by_code["nobody"]) == ["B-1", "B-2", "I-GOV-2", "I-LIV-1", "Q-GOV-1", "Q-LIV-1"]
    assert labels(by_code["survey"]) == ["I-GOV-1"]
    assert labels(by_code["uncovered"]) == ["Smart Governance", "Smart Living"]
    assert by_code["nobody"].cost == 4 * sum(share for code, share in SHARES.items() if code != "I-GOV-1")
    assert found.cost == 4  # the whole scale, each question once though several checks name it
    assert found.empty_sections == ["Dasar", "Dampak", "Quick win"]
    assert found.stopping == []


def test_each_question_costs_its_share_of_what_it_is_worth(window, cast, dinkes):
    say(window, cast, "B-1", 3)
    say(window, cast, "B-2", 0)
    found, by_code = looked(window, cast["reviewer"])
    assert labels(by_code["bare"]) == ["B-1"]  # a zero needs no proof
    assert by_code["bare"].cost == 3 * SHARES["B-1"]
    assert not {"B-1", "B-2"} & set(labels(by_code["nobody"]))
    assert found.empty_sections == ["Dampak", "Quick win"]
    assert found.cost == 3 * SHARES["B-1"] + 4 * sum(SHARES[code] for code in SHARES if code[0] != "B")


def test_what_an_agency_claims_counts_from_when_it_is_handed_in(window, cast, dinkes):
    actions.assign_questions(window=window, codes=["Q-LIV-1", "I-LIV-1"], opd=dinkes, by=cast["reviewer"])
    row = Answer.objects.get(question__code="Q-LIV-1")
    actions.save_answer(
        window=window, question_code="Q-LIV-1", self_score=Decimal(2), text="Ya.", version=row.version,
        by=cast["operator"],
    )  # fmt: skip
    _found, by_code = looked(window, cast["reviewer"])
    assert by_code["agency"].cost == 4 * (
        SHARES["Q-LIV-1"] + SHARES["I-LIV-1"]
    )  # what is written there is theirs
    assert by_code["agency"].who == "DINKES 2"
    actions.move_answer(pk=row.pk, name="submit", by=cast["head"])
    found, by_code = looked(window, cast["reviewer"])
    assert (labels(by_code["judge"]), by_code["judge"].cost) == (["Q-LIV-1"], 2 * SHARES["Q-LIV-1"])
    assert [check.code for check in found.stopping] == ["judge"]
    assert (
        looked(window, cast["leader"])[1]["judge"].cost == 4 * SHARES["Q-LIV-1"]
    )  # who may not read the claim
    actions.move_answer(pk=row.pk, name="accept", by=cast["reviewer"])
    _found, by_code = looked(window, cast["reviewer"])
    assert (labels(by_code["judge"]), labels(by_code["bare"])) == ([], ["Q-LIV-1"])


@pytest.mark.parametrize(("people", "short"), [(49, True), (50, False)])
def test_a_survey_below_its_quota(window, cast, people, short):
    actions.save_answer(
        window=window, question_code="I-GOV-1", self_score=Decimal("3.25"), respondents=people, version=0,
        by=cast["reviewer"],
    )  # fmt: skip
    _found, by_code = looked(window, cast["reviewer"])
    assert bool(by_code["survey"].findings) == short
    assert by_code["survey"].cost == (Fraction(13, 4) * SHARES["I-GOV-1"] if short else 0)


def test_doubted_evidence_of_answers(window, cast):
    answer = say(window, cast, "B-1", 3)
    stored = StoredFile.objects.create(sha256="ab" * 32, media_type="application/pdf", size=10, pages=3)
    values = {"kind": "report", "title": "Laporan", "document_date": date(2019, 5, 1), "page": "2"}
    actions.add_exhibit(answer=answer, by=cast["reviewer"], values=values, stored=stored)
    _found, by_code = looked(window, cast["reviewer"])
    assert (labels(by_code["doubts"]), labels(by_code["bare"])) == (["B-1"], [])
    other = say(window, cast, "B-2", 3)
    values = {"kind": "report", "title": "Sama", "document_date": date(2022, 5, 1), "page": "2"}
    actions.add_exhibit(answer=other, by=cast["reviewer"], values=values, stored=stored)
    _found, by_code = looked(window, cast["reviewer"])
    assert labels(by_code["doubts"]) == ["B-1", "B-2"]  # the same file with two dates


def test_quick_wins(window, cast, verified, dinkes, city):
    _found, by_code = looked(window, cast["reviewer"])
    assert labels(by_code["uncovered"]) == ["Smart Governance"]
    assert by_code["uncovered"].cost == 4 * SHARES["Q-GOV-1"]
    Evidence.objects.create(
        quick_win=verified, kind="report", title="Lama", url="https://contoh.invalid/a",
        document_date=date(2018, 1, 1), uploaded_by=cast["operator"],
    )  # fmt: skip
    assert labels(looked(window, cast["reviewer"])[1]["quick-win-doubts"]) == ["TOSSA"]
    for status, code in (
        ("submitted", "quick-wins-judge"),
        ("returned", "quick-wins"),
        ("draft", "quick-wins"),
    ):
        QuickWin.objects.filter(pk=verified.pk).update(status=status)
        found, by_code = looked(window, cast["reviewer"])
        assert labels(by_code[code]) == ["TOSSA"]
        assert bool(found.stopping) == (status == "submitted")
        assert len(by_code["uncovered"].findings) == 2


def test_a_quick_win_of_public_sources_is_not_missing(window, cast, verified):
    QuickWin.objects.filter(pk=verified.pk).update(status="recorded")
    _found, by_code = looked(window, cast["reviewer"])
    assert not by_code["quick-wins"].findings


def test_the_checks_cost_the_same_for_few_and_many(window, cast, verified, dinkes, city, count_queries):
    say(window, cast, "B-1", 3)
    checks.look(window, cast["reviewer"])
    few = count_queries(lambda: checks.look(window, cast["reviewer"]))
    for code in ("B-2", "I-GOV-2", "Q-GOV-1"):
        say(window, cast, code, 3)
    actions.assign_questions(window=window, codes=["Q-LIV-1", "I-LIV-1"], opd=dinkes, by=cast["reviewer"])
    for number in range(2, 8):
        QuickWin.objects.create(
            city=city, opd=dinkes, year=2022, number=number, dimension=verified.dimension, name=f"QW {number}",
            created_by=cast["operator"],
        )  # fmt: skip
    assert count_queries(lambda: checks.look(window, cast["reviewer"])) == few
