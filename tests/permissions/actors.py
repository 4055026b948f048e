"""Who asks in the permission matrix, and when."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from opd.models import Role, User

if TYPE_CHECKING:
    from tests.permissions.world import World

LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
NOW = datetime(2022, 10, 5, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)

#: Actor: role, home agency. Those without an entry in this table are made below.
ACTORS = {
    "operator": (Role.OPD_OPERATOR, "DISBUDPAR"),
    "head": (Role.OPD_HEAD, "DISBUDPAR"),
    "other_operator": (Role.OPD_OPERATOR, "DLH"),
    "reviewer": (Role.REVIEWER, "DISKOMINFO"),
    "home_reviewer": (Role.REVIEWER, "DISBUDPAR"),
    "planner": (Role.PLANNER, "BAPPELITBANG"),
    "assessor": (Role.ASSESSOR, ""),
    "other_assessor": (Role.ASSESSOR, ""),
    "conflicted": (Role.ASSESSOR, ""),
    "leadership": (Role.LEADERSHIP, ""),
    "auditor": (Role.AUDITOR, ""),
    "administrator": (Role.ADMINISTRATOR, ""),
}


def fresh(world: "World", actor: str) -> User:
    """The account read anew: roles are kept on the instance."""
    return User.objects.get(pk=world.users[actor].pk)
