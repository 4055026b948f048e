"""The whole cast plays here, too."""

from tests.cast import as_, cast, city, complete, draft, house, houses, opds, submitted  # noqa: F401
from tests.opd.plan.conftest import make, plan  # noqa: F401
