"""The reference code that joins a page, a log line and an audit event."""

from contextvars import ContextVar, Token

_current: ContextVar[str] = ContextVar("reference", default="")


def current() -> str:
    """The code of the request being answered; empty outside a request."""
    return _current.get()


def begin(code: str) -> Token[str]:
    """Set the code for this request; hand the token to `end`."""
    return _current.set(code)


def end(token: Token[str]) -> None:
    """Forget the code when the request has been answered."""
    _current.reset(token)
