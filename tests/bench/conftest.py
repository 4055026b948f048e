"""The small city of tests/cast.py."""

from tests.cast import as_, cast, city, house, houses, opds  # noqa: F401
