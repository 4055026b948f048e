"""What every page shows around its content: where one can go, and who one is."""

from typing import Any

from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return nav, who, city_name, office_line and theme for base.html."""
    return {"nav": [], "theme": "auto"}
