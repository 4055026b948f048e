"""Who may open evidence, in what cage it goes out, and who may no longer touch it."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from opd import actions
from opd.models import Evidence, QuickWin, User
from smartcity.lib import files
from tests import scenarios
from tests.opd.posting import PDF, content_of, said, upload
from tests.scenarios import House
from tests.smartcity import file_makers as make

As = Callable[..., Client]


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "X-Frame-Options": "DENY",
}


def test_a_file_goes_out_in_its_cage(uploaded: Evidence, agency: Client) -> None:
    answer = agency.get(f"/evidence/{uploaded.pk}/file/")
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert answer["Content-Disposition"] == 'attachment; filename="laporan.pdf"'
    content_of(answer)


def test_a_preview_is_a_small_picture_inline(draft: QuickWin, agency: Client) -> None:
    upload(agency, draft, ("foto.png", make.png()))
    piece = draft.evidence.get()
    answer = agency.get(f"/evidence/{piece.pk}/preview/")
    assert {name: answer[name] for name in HEADERS} == HEADERS | {"Cache-Control": "private, no-cache"}
    assert (answer["Content-Type"], answer["Content-Disposition"].partition(";")[0]) == (
        "image/jpeg",
        "inline",
    )
    assert Image.open(io.BytesIO(content_of(answer))).format == "JPEG"


@pytest.mark.parametrize("prefix", ["", "/_private"], ids=["django", "nginx"])
def test_a_browser_that_has_the_preview_asks_but_fetches_it_once(
    prefix: str, draft: QuickWin, house: House, cast: dict[str, User], as_: As, agency: Client, settings: Any
) -> None:
    """The right is asked each time, also of a browser that shows the digest: on a shared phone a picture that was
    kept answers nobody else. Another photo in its place is another picture.
    """
    settings.PORTAL_ACCEL_REDIRECT = prefix
    upload(
        agency, draft, ("foto.png", make.png()), ("lain.webp", make.encoded(make.picture((90, 60)), "WEBP"))
    )
    piece, other = draft.evidence.order_by("pk")
    address = f"/evidence/{piece.pk}/preview/"
    first = agency.get(address)
    assert b"".join(first).startswith(b"" if prefix else b"\xff\xd8")
    tag = first["ETag"]
    assert piece.stored_file
    assert tag == f'"{piece.stored_file.sha256}"'
    again = agency.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["Cache-Control"], again["ETag"]) == (
        304,
        b"",
        "private, no-cache",
        tag,
    )
    another = agency.get(f"/evidence/{other.pk}/preview/", headers={"If-None-Match": tag})
    assert (another.status_code, b"".join(another) == b"") == (200, bool(prefix))
    for name in ("reviewer", "operator_elsewhere", "assessor"):
        assert as_(cast[name]).get(address, headers={"If-None-Match": tag}).status_code == 404, name
    assert Client().get(address, headers={"If-None-Match": tag}).status_code == 302


def test_a_document_has_no_preview(document: Evidence, agency: Client) -> None:
    assert agency.get(f"/evidence/{document.pk}/preview/").status_code == 404


def test_who_may_open_a_file(
    uploaded: Evidence, draft: QuickWin, house: House, cast: dict[str, User], as_: As
) -> None:
    """By status of the quick win; whoever may not know of it finds nothing."""
    address = f"/evidence/{uploaded.pk}/file/"

    def openers() -> set[str]:
        found = set()
        for name, user in cast.items():
            if name == "disabled":
                continue
            answer = as_(user).get(address)
            assert answer.status_code in (200, 404), name
            if answer.status_code == 200:
                content_of(answer)
                found.add(name)
        return found

    assert openers() == {"operator", "head"}
    for section in scenarios.TYPED:
        actions.save_section(
            pk=draft.pk,
            section=section,
            values={name: scenarios.VALUES[name] for name in scenarios.TYPED[section]}
            | (
                {"sub_dimension_id": scenarios.ids(draft.city, "GOV")["sub_dimension"]}
                if section == "identity"
                else {}
            ),
            unreadable={},
            version=1,
            by=house.operator,
        )
    scenarios.submit(draft, house)
    city = {"operator", "head", "reviewer", "planner", "auditor"}
    assert openers() == city
    actions.move(pk=draft.pk, name="verify", by=house.decider)
    assert openers() == city | {"leader"}


def test_what_was_added_after_a_return_is_nobody_elses_yet(
    house: House, cast: dict[str, User], as_: As, agency: Client
) -> None:
    quick_win = scenarios.returned(house)
    upload(agency, quick_win, ("sesudah.pdf", PDF))
    late = quick_win.evidence.get(original_name="sesudah.pdf")
    for name in ("reviewer", "planner", "auditor"):
        client = as_(cast[name])
        assert client.get(f"/evidence/{late.pk}/file/").status_code == 404
        assert "sesudah" not in client.get(f"/quick-wins/{quick_win.pk}/").text
        assert "sesudah" not in client.get(f"/quick-wins/{quick_win.pk}/review/").text
    assert "sesudah" in agency.get(f"/quick-wins/{quick_win.pk}/").text
    scenarios.submit(quick_win, house)
    assert "sesudah" in as_(cast["reviewer"]).get(f"/quick-wins/{quick_win.pk}/review/").text


@pytest.mark.parametrize("status", ["proposed", "submitted", "verified"])
def test_evidence_is_not_touched_once_it_has_gone_on(status: str, house: House, agency: Client) -> None:
    quick_win = scenarios.BY_STATUS[scenarios.Status(status)](house)
    piece = quick_win.evidence.get()
    link = {"link-url": "https://example.go.id/x", "link-title": "Terlambat"}
    codes = [
        upload(agency, quick_win, ("sesudah.pdf", PDF)).status_code,
        agency.post(f"/quick-wins/{quick_win.pk}/links/", link).status_code,
        agency.get(f"/evidence/{piece.pk}/").status_code,
        agency.post(f"/evidence/{piece.pk}/", said(piece, kind="link")).status_code,
        agency.post(f"/evidence/{piece.pk}/remove/").status_code,
    ]
    assert codes == [403] * 5
    assert list(quick_win.evidence.values_list("pk", "version")) == [(piece.pk, 1)]


def test_nobody_else_touches_it(document: Evidence, draft: QuickWin, cast: dict[str, User], as_: As) -> None:
    for name, user in cast.items():
        if name in ("operator", "head", "disabled"):
            continue
        client = as_(user)
        assert client.post(f"/evidence/{document.pk}/", said(document)).status_code == 404, name
        assert client.post(f"/evidence/{document.pk}/remove/").status_code == 404, name
        assert upload(client, draft, ("a.pdf", PDF)).status_code == 404, name
    assert draft.evidence.count() == 1


def test_a_file_lost_from_disk_is_explained_and_logged(
    uploaded: Evidence, draft: QuickWin, agency: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert uploaded.stored_file is not None
    files.path_for(uploaded.stored_file.sha256).unlink()
    answer = agency.get(f"/evidence/{uploaded.pk}/file/")
    assert (answer.status_code, "[FILE-LOST]" in answer.text) == (404, True)
    assert answer["X-Request-ID"] in answer.text
    assert [record.levelname for record in caplog.records if record.name == "portal.files"] == ["ERROR"]
    upload(agency, draft, ("laporan.pdf", PDF))  # what the page advises
    content_of(again := agency.get(f"/evidence/{uploaded.pk}/file/"))
    assert again.status_code == 200
