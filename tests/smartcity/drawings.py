"""How the tests of charts look at a drawing."""

from decimal import Decimal
from xml.etree import ElementTree

from django.utils.safestring import SafeString

from smartcity.lib.charts import Axis, radar

D = Decimal
NAMES = (
    "Governance",
    "Branding",
    "Economy",
    "Living",
    "Society",
    "Environment",
    "Mobility",
    "Lingkungan Hidup",
)


def axes(*values: str | None, before: str | None = None) -> list[Axis]:
    """Axes with these values, in the order, letters and hues of the dimensions."""
    return [
        Axis(name[0], hue, name, value and D(value), before and D(before))
        for hue, (name, value) in enumerate(zip(NAMES, values, strict=False), start=1)
    ]


def a_radar(some: list[Axis], **options) -> str:
    return radar(some, **{"title": "Radar", "description": "Nilai.", **options})


def read(svg: str) -> ElementTree.Element:
    """The drawing as XML, which also proves that it is well formed."""
    assert isinstance(svg, SafeString)
    return ElementTree.fromstring(svg)


def by_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [shape for shape in read(svg).iter() if name in shape.get("class", "").split()]


def said(svg: str) -> str:
    """Every text of the drawing that is seen, its words once apart."""
    seen = (" ".join("".join(shape.itertext()).split()) for shape in read(svg).iter("text"))
    return " | ".join(seen)
