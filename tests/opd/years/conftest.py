"""The whole cast plays here, too."""

from tests.cast import as_, cast, city, house, houses, opds  # noqa: F401
