"""What is claimed about a piece of evidence: completed, corrected, doubted, removed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from opd import actions
from opd.models import Evidence, EvidenceKind, QuickWin, StoredFile
from smartcity.lib import files
from tests import scenarios
from tests.opd.posting import said, upload
from tests.scenarios import House, again
from tests.smartcity import file_makers as make

As = Callable[..., Client]


def test_what_is_claimed_can_be_completed(document: Evidence, draft: QuickWin, agency: Client) -> None:
    assert document.flags(2022)
    answer = agency.post(f"/evidence/{document.pk}/", said(document))
    assert answer["Location"] == f"/quick-wins/{draft.pk}/edit/#evidence"
    document.refresh_from_db()
    assert (document.kind, document.page, document.version) == ("report", "3", 2)
    assert document.flags(2022) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"document_date": "kemarin"}, "document_date"),
        ({"title": ""}, "title"),
        ({"title": "a\u2066b"}, "title"),
        ({"page": "1\u202e"}, "page"),
        ({"kind": "link"}, "kind"),
        ({"kind": "photo"}, "kind"),
        ({"valid_until": "31/02/2022"}, "valid_until"),
    ],
)
def test_a_claim_that_cannot_be_read_stays_in_the_form(
    changes: dict[str, Any], name: str, document: Evidence, agency: Client
) -> None:
    answer = agency.post(f"/evidence/{document.pk}/", said(document, **changes))
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {name}
    assert str(answer.context["form"][name].value()) == changes[name]
    assert Evidence.objects.get(pk=document.pk).version == 1


def test_only_a_picture_is_a_photo_and_a_link_stays_a_link(
    draft: QuickWin, house: House, agency: Client
) -> None:
    upload(agency, draft, ("foto.jpg", make.jpeg()))
    photo = draft.evidence.get()
    assert agency.post(f"/evidence/{photo.pk}/", said(photo, kind="photo")).status_code == 302
    link = scenarios.add_link(draft, by=house.operator)
    assert agency.post(f"/evidence/{link.pk}/", said(link, kind="report")).status_code == 200
    assert agency.post(f"/evidence/{link.pk}/", said(link, kind="link")).status_code == 302


def test_two_people_at_one_piece_see_both_texts(
    document: Evidence, house: House, as_: As, agency: Client
) -> None:
    stale = said(document, title="Judul operator")
    as_(house.submitter).post(f"/evidence/{document.pk}/", said(document, title="Judul kepala"))
    answer = agency.post(f"/evidence/{document.pk}/", stale)
    assert answer.status_code == 409
    assert "Judul operator" in answer.text
    assert "Judul kepala" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert Evidence.objects.get(pk=document.pk).title == "Judul kepala"


@pytest.mark.parametrize("version", [None, "", "x", "²", "9" * 5000])
def test_a_claim_without_its_version_is_a_bad_request(
    version: str | None, document: Evidence, agency: Client
) -> None:
    data = said(document)
    del data["version"]
    if version is not None:
        data["version"] = version
    assert agency.post(f"/evidence/{document.pk}/", data).status_code == 400
    assert Evidence.objects.get(pk=document.pk).version == 1


def test_a_piece_can_be_removed_while_it_is_with_the_agency(
    uploaded: Evidence, draft: QuickWin, agency: Client
) -> None:
    agency.post(f"/evidence/{uploaded.pk}/remove/")
    assert (draft.evidence.count(), again(draft).filled) == (0, draft.filled)
    assert files.is_intact(uploaded.stored_file_id or ""), "a receipt may name the bytes for years"
    assert agency.post(f"/evidence/{uploaded.pk}/remove/").status_code == 404


@pytest.mark.parametrize("change", ["remove", "change"])
def test_a_piece_that_vanished_meanwhile_is_not_found(
    change: str, document: Evidence, agency: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague removed it between the question and the lock."""

    def gone(**values: Any) -> None:
        Evidence.objects.get(pk=-1)

    monkeypatch.setattr(actions, f"{change}_evidence", gone)
    path = f"/evidence/{document.pk}/" + ("remove/" if change == "remove" else "")
    assert agency.post(path, said(document)).status_code == 404


FLAGS = [
    ({"document_date": None, "page": ""}, 1),
    ({"document_date": date(2022, 5, 1), "page": ""}, 1),
    ({"document_date": date(2022, 5, 1), "page": "2"}, 0),
    ({"document_date": date(2021, 5, 1), "page": "2"}, 1),
    ({"document_date": date(2021, 5, 1), "page": ""}, 2),
    ({"document_date": date(2021, 5, 1), "page": "2", "valid_until": date(2022, 1, 1)}, 0),
    ({"document_date": date(2021, 5, 1), "page": "2", "valid_until": date(2021, 12, 31)}, 1),
    ({"document_date": date(2023, 5, 1), "page": "2"}, 0),
    ({"kind": EvidenceKind.PHOTO}, 0),
    ({"kind": EvidenceKind.PHOTO, "document_date": date(2020, 1, 1)}, 1),
    ({"kind": EvidenceKind.LINK, "stored_file": None, "url": "https://a.go.id"}, 0),
]


@pytest.mark.parametrize(("facts", "count"), FLAGS)
def test_flags_warn_of_what_an_assessor_will_doubt(facts: dict[str, Any], count: int) -> None:
    stored = StoredFile(sha256="0" * 64, pages=3)
    assert len(Evidence(**{"kind": "report", "stored_file": stored, **facts}).flags(2022)) == count


def test_the_same_claim_again_is_no_conflict(document: Evidence, agency: Client) -> None:
    data = said(document)
    for _attempt in range(2):
        assert agency.post(f"/evidence/{document.pk}/", data).status_code == 302
    assert Evidence.objects.get(pk=document.pk).version == 2
