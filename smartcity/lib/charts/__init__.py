"""Charts as accessible SVG: pure functions from data to text, one picture for the page and for the PDF.

On the page colours come from classes (portal.css); with `for_print=True` the same shapes carry literal
colours of the light palette as attributes, because WeasyPrint reads no page CSS inside an SVG. Every label
is escaped: a name is text, whoever typed it. A missing value is drawn as missing, never as zero.
"""

from smartcity.lib.charts.bars import Bar, Part, bars, mini_bar, stacked_bar
from smartcity.lib.charts.marks import days_track, heat_step, line_swatch, swatch
from smartcity.lib.charts.radar import Axis, radar
from smartcity.lib.charts.svg import LIGHT, describe
from smartcity.lib.charts.years import Year, years

__all__ = [
    "LIGHT",
    "Axis",
    "Bar",
    "Part",
    "Year",
    "bars",
    "days_track",
    "describe",
    "heat_step",
    "line_swatch",
    "mini_bar",
    "radar",
    "stacked_bar",
    "swatch",
    "years",
]
