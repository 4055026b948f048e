"""How accounts come to be: never by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Sign-up is closed: the secretariat makes accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
