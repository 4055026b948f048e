"""Rows that many tests begin with: made once, kept in a transaction below the tests' own, and taken away together.

`@grounded()` makes a fixture of a function that creates rows from other grounded fixtures. Tests in a row that ask
for the same ones stand on the same rows, each in a savepoint of its own, and get their own copies of the objects. A
test that needs real transactions, or asks for a fixture by name at run time, has them made in its own database state
as any fixture would.
"""

import copy
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from inspect import Parameter, Signature, signature
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from smartcity.lib import clock

Maker = Callable[..., Any]
Step = tuple[Maker, tuple[tuple[str, Maker], ...], datetime | None]  # what makes it, of what, and when
Plan = tuple[Step, ...]
_TRANSACTIONAL = {"transactional_db", "live_server"}


def grounded(*, at: datetime | None = None) -> Callable[[Maker], Any]:
    """Make a fixture of a function that creates rows; its parameters are grounded fixtures. `at`: the clock then."""

    def declare(make: Maker) -> Any:
        def fixture(db: None, **below: Any) -> Any:
            return GROUND.lent[make] if make in GROUND.lent else make(**below)

        # pytest reads from the signature what a fixture needs
        own = [Parameter("db", Parameter.KEYWORD_ONLY)]
        needed = [Parameter(name, Parameter.KEYWORD_ONLY) for name in signature(make).parameters]
        fixture.__signature__ = Signature(own + needed)  # type: ignore[attr-defined]
        fixture.__doc__ = make.__doc__
        fixture.maker, fixture.at = make, at  # type: ignore[attr-defined]
        return pytest.fixture(name=make.__name__)(fixture)

    return declare


class Ground:
    """What the tests of this process stand on at present."""

    def __init__(self) -> None:
        self.plan: Plan = ()
        self.lent: dict[Maker, Any] = {}
        self._made: dict[Maker, Any] = {}
        self._atomic: transaction.Atomic | None = None
        self._blocker: DjangoDbBlocker | None = None

    def stand_on(self, plan: Plan, blocker: DjangoDbBlocker) -> None:
        """Make the rows of a plan, unless they are there, and lend copies of them to one test."""
        if plan != self.plan:
            self.leave()
            self._make(plan, blocker)
        self.lent = copy.deepcopy(self._made, {id(make): make for make in self._made})

    def leave(self) -> None:
        """Take the rows away."""
        self.lent, self._made, self.plan = {}, {}, ()
        if self._atomic is None or self._blocker is None:
            return
        atomic, self._atomic = self._atomic, None
        with self._blocker.unblock():
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)

    def _make(self, plan: Plan, blocker: DjangoDbBlocker) -> None:
        self._blocker, self._atomic = blocker, transaction.atomic()
        self._atomic._from_testcase = True  # type: ignore[attr-defined]  # durable blocks may begin above it
        with blocker.unblock():
            self._atomic.__enter__()
            try:
                for make, parameters, at in plan:
                    with clock.at(at) if at else nullcontext():
                        self._made[make] = make(**{name: self._made[of] for name, of in parameters})
                connection.check_constraints()
            except BaseException:
                self.leave()
                raise
        self.plan = plan


GROUND = Ground()


def plan_of(item: pytest.Item) -> Plan:
    """Return what a test asks for of the ground, in order; nothing when it needs real transactions."""
    marker = item.get_closest_marker("django_db")
    real = marker is not None and (marker.args or marker.kwargs)
    if real or set(item.fixturenames) & _TRANSACTIONAL:  # type: ignore[attr-defined]
        return ()
    known = {
        name: found[-1].func
        for name, found in item._fixtureinfo.name2fixturedefs.items()  # type: ignore[attr-defined]
        if hasattr(found[-1].func, "maker")
    }
    steps: dict[str, Step | None] = {}

    def add(name: str) -> Step | None:
        if name not in steps and name in known:
            below = {of: add(of) for of in signature(known[name].maker).parameters}
            found = [(of, step[0]) for of, step in below.items() if step is not None]
            # what stands on a fixture that is made anew for each test is made anew as well
            steps[name] = (
                (known[name].maker, tuple(found), known[name].at) if len(found) == len(below) else None
            )
        return steps.get(name)

    for name in sorted(known):
        add(name)
    return tuple(step for step in steps.values() if step is not None)
