"""What the tests of the clarification desk share: a question asked, files, and the moments around its end."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from evaluations.actions import asking
from evaluations.models import Clarification, Seat
from opd.models import User
from smartcity.lib import clock

DAY = timedelta(hours=24)
#: Tuesday 4 October 2022, 08.00 WIB, two days into the window.
ASKED = datetime(2022, 10, 4, 1, tzinfo=UTC)
KEY = "0123456789abcdef" * 2
AUTOSAVE = {"HTTP_X_REQUESTED_WITH": "autosave", "HTTP_ACCEPT": "application/json"}
UPLOAD = {"HTTP_X_REQUESTED_WITH": "upload", "HTTP_ACCEPT": "application/json"}


def ask(
    seat: Seat, code: str = "B-1", text: str = "Bukti mana?", at: datetime = ASKED, **more: Any
) -> Clarification:
    """Ask as the assessor of the seat; without an agency named, it goes where the portal proposes."""
    with clock.at(at):
        return asking.ask(seat=seat, question_code=code, text=text, by=fresh(seat.user), **more)


def fresh(user: User) -> User:
    """The account read anew: roles are kept on the instance."""
    return User.objects.get(pk=user.pk)


def again(item: Clarification) -> Clarification:
    """The item as its row stands now."""
    return Clarification.objects.for_page().get(pk=item.pk)


def photo(name: str = "loket.png", colour: str = "#2f6f73") -> SimpleUploadedFile:
    """A small picture as a browser sends it."""
    buffer = BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/png")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
