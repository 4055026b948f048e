"""What the log keeps quiet about, and what it does not."""

import logging

import pytest


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("No hostname was supplied. Reverting to default 'localhost'", False),
        ("No loopback is possible", True),
    ],
)
def test_only_the_hostless_broker_is_silent(sentence: str, kept: bool) -> None:
    logger = logging.getLogger("kombu.connection")
    record = logger.makeRecord(logger.name, logging.WARNING, __file__, 1, sentence, (), None)
    assert bool(logger.filter(record)) is kept
