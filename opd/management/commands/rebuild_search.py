"""Write the index of the search box anew, from the records.

Needed once after an upgrade that brought the search box, after rows were written past the portal, and after the
database moved from SQLite to PostgreSQL. It may run while people work.
"""

from typing import Any

from django.core.management.base import BaseCommand

from opd import finding
from opd.models import City


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for city in City.objects.order_by("pk"):
            self.stdout.write(f"{city}: {finding.rebuild(city.pk)} records can be found.")
