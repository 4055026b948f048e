"""The rooms of the agencies: the whole cast plays here."""

from tests.cast import (  # noqa: F401
    as_,
    cast,
    city,
    complete,
    draft,
    foreign_reviewer,
    house,
    houses,
    opds,
    submitted,
)
from tests.opd.posting import agency, document, uploaded  # noqa: F401
