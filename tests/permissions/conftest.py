"""The world of the matrix, built once for each module."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.permissions import world as worlds


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[worlds.World]:
    """Built once for the module, in a transaction that is rolled back at its end."""
    folder = tmp_path_factory.mktemp("files")
    roots = override_settings(
        PORTAL_EVIDENCE_ROOT=folder / "evidence",
        PORTAL_REPORT_ROOT=folder / "reports",
        CELERY_BROKER_URL="memory://",
    )
    with django_db_blocker.unblock(), roots, transaction.atomic():
        yield worlds.build()
        transaction.set_rollback(True)
