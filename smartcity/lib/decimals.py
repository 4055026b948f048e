"""Numbers as Indonesian offices write them: shown half up with a decimal comma, read back without guessing.

The writing is fixed, not taken from the active language: what `display` prints, `parse` must read, and a
worker without a request has to print the same figure as the page (domain rule "Formats users expect").
Everything is Decimal; a binary float would round 2,345 to 2,34 and is refused.

The published example of an index (Kota Jambi 2024) and the other test vectors of the evaluation:

>>> D = Decimal
>>> weights = [D("0.10"), D("0.20"), D("0.30"), D("0.20"), D("0.20")]
>>> jambi = sum(w * v for w, v in zip(weights, [D("3.84"), D("3.18"), D("3.53"), D("3.63"), D("3.35")]))
>>> jambi == D("3.475"), display(jambi)
(True, '3,48')
>>> display(D(4)), display(D("2.345"))
('4,00', '2,35')
>>> late = [D(8) / 3, D(8) / 3, D("3.18"), D("3.16"), D("3.20"), D("3.15")]
>>> display(sum(late) / 6), display(sum(D(display(v).replace(",", ".")) for v in late) / 6)
('3,00', '3,01')
>>> signed(D("3.10") - D("2.87")), signed(D("-0.12")), signed(D(0)), display(None)
('+0,23', '-0,12', '0,00', '–')
"""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Literal

from django.utils.translation import gettext as _

UNKNOWN = "–"
LONGEST = 40
"""Characters `parse` reads at most; far more than the largest budget line needs."""

type Number = Decimal | int
type Kind = Literal["number", "percent", "money"]

# Wide enough for any column of the portal; a figure beyond it is an error, not a page full of zeros.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_SWAP = str.maketrans(",.", ".,")


class NumberNotRead(ValueError):
    """What was typed is not a number the portal can be sure of; `code` names the reason, `str()` says it."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


# --- Showing -------------------------------------------------------------------------------------


def display(value: Number | None, places: int = 2) -> str:
    """Write a number half up with a decimal comma and dots between groups of three.

    None is unknown and shows as a dash: missing is never zero. Raises TypeError for a float and
    ValueError for what is not a finite number of at most 60 digits.

    >>> display(Decimal("1250.5")), display(18755371000, places=0), display(Decimal("-0.004"))
    ('1.250,50', '18.755.371.000', '0,00')
    """
    return UNKNOWN if value is None else _written(_rounded(value, places))


def exact(value: Number | None) -> str:
    """Write a number with just the decimals it has, as it stands in an input. None is the empty text.

    >>> exact(Decimal("1250.5000")), exact(Decimal("120")), exact(None)
    ('1.250,5', '120', '')
    """
    if value is None:
        return ""
    checked = _checked(value)
    exponent = checked.normalize(_EXACT).as_tuple().exponent
    return display(checked, max(0, -exponent) if isinstance(exponent, int) else 0)


def signed(value: Number | None, places: int = 2) -> str:
    """Write an improvement with its sign; what rounds to zero carries none.

    >>> signed(Decimal("0.225")), signed(Decimal("-0.004"))
    ('+0,23', '0,00')
    """
    if value is None:
        return UNKNOWN
    rounded = _rounded(value, places)
    return ("+" if rounded > 0 else "") + _written(rounded)


def percent(part: Number | None, whole: Number | None, places: int = 0) -> str:
    """Write a share of a whole in percent; unknown when there is no whole to have a share of.

    Half up, except that an unfinished whole never reads 100%: 199 of 200 filled fields are 99%.

    >>> percent(79, 131, places=2), percent(199, 200), percent(0, 5), percent(0, 0)
    ('60,31%', '99%', '0%', '–')
    """
    if part is None or not whole:
        return UNKNOWN
    share = _checked(part) * 100 / _checked(whole)
    rounded = _rounded(share, places)
    if rounded == 100 and share < 100:
        rounded = _rounded(share, places, ROUND_DOWN)
    return _written(rounded) + "%"


def money(value: Number | None) -> str:
    """Write an amount in rupiah in full, as budget documents do.

    >>> money(18755371000), money(Decimal("-2500.5"))
    ('Rp18.755.371.000,00', '-Rp2.500,50')
    """
    return UNKNOWN if value is None else _rupiah(display(value))


def short_money(value: Number | None) -> str:
    """Write an amount for charts and figures: "Rp18,8 miliar"; below a million in full without cents."""
    if value is None:
        return UNKNOWN
    amount = _checked(value)
    if abs(amount) < 1_000_000:
        return _rupiah(display(amount, places=0))
    for power, words in ((6, _("%(amount)s million")), (9, _("%(amount)s billion"))):  # noqa: B007 (the unit it stops at fits)
        # Judged after rounding, so that 999,96 juta becomes 1 miliar and not 1.000 juta.
        scaled = _rounded(amount.scaleb(-power, _EXACT), 1)
        if abs(scaled) < 1000:
            break
    else:
        scaled, words = _rounded(amount.scaleb(-12, _EXACT), 1), _("%(amount)s trillion")
    return _rupiah(words % {"amount": _written(scaled).removesuffix(",0")})


# --- Reading -------------------------------------------------------------------------------------

_GROUPED = r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+"
_NUMBER = re.compile(rf"(?P<whole>{_GROUPED}|[0-9]+)(?:,(?P<cents>[0-9]+))?")
_PARTS = re.compile(
    r"(?P<sign>[+-]?)(?P<rupiah>rp\.?\s?)?(?P<inner>[+-]?)"  # "- 5" is a list item, not minus five
    r"(?P<number>[0-9][0-9.,]*)(?P<dash>-{1,2})?(?P<percent>\s?(?:%|persen))?",
    re.IGNORECASE | re.ASCII,
)
_SCALED = re.compile(
    r"(?:rp\.?\s?)?(?P<number>[0-9][0-9.,]*)\s?(?P<scale>ribu|rb|k|juta|jt|mil[iy]ar|mrd|m|tril[iy]un|t)\.?",
    re.IGNORECASE | re.ASCII,
)
_POWERS = {"r": 3, "k": 3, "j": 6, "m": 9, "t": 12}
# Copied from a workbook or a letter: no-break spaces around, and a typographic minus. Nothing else is
# translated: digits of other scripts are refused, because a reader cannot proof-read them.
_COPIED = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2212": "-"})


def parse(text: str, *, kind: Kind | None = None) -> Decimal:
    """Read a number as people type it: `1.250,5`, `60,3%`, `Rp18.755.371.000,00`, `Rp5.000,-`.

    With `kind` "money" or "percent" the other's mark is refused, and rupiah take at most two decimals.
    Raises NumberNotRead (a ValueError with `code` and a sentence): `empty`, `too_long`, `decimal_dot`,
    `grouping`, `scale_word`, `letters`, `kind`, `cents`, `unreadable`.

    >>> parse("1.250,5"), parse("60,3%"), parse("Rp18.755.371.000,00"), parse("1.250")
    (Decimal('1250.5'), Decimal('60.3'), Decimal('18755371000.00'), Decimal('1250'))

    Brackets are the accountants' minus sign:

    >>> parse("(25.000.000)"), parse("(Rp2.500,50)")
    (Decimal('-25000000'), Decimal('-2500.50'))
    """
    if len(text) > LONGEST:
        raise NumberNotRead(
            "too_long", _("This number is too long. Write at most %(limit)d characters.") % {"limit": LONGEST}
        )
    typed = text.translate(_COPIED).strip()
    if not typed:
        raise NumberNotRead("empty", _("Write a number."))
    bracketed = typed[0] == "(" and typed[-1] == ")"
    parts = _PARTS.fullmatch(typed[1:-1].strip() if bracketed else typed)
    if parts is None:
        raise _not_a_number(typed)
    _check_marks(parts, kind)
    sign, number = "-" * bracketed + parts["sign"] + parts["inner"], parts["number"]
    if len(sign) > 1:
        raise _unreadable()
    if parts["dash"]:  # "Rp5.000,-" is how invoices write "no cents"
        if not (parts["rupiah"] and number.endswith(",")):
            raise _unreadable()
        number = number[:-1]
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise _wrong_separators(sign, number)
    cents = match["cents"]
    if (kind == "money" or parts["rupiah"]) and cents and len(cents) > 2:
        raise _too_many_cents(number)
    return Decimal(f"{sign}{match['whole'].replace('.', '')}{'.' + cents if cents else ''}")


def _check_marks(parts: re.Match[str], kind: Kind | None) -> None:
    """Refuse "5%" where rupiah are asked, "Rp5" where a percentage is, and both at once."""
    if parts["percent"] and (parts["rupiah"] or kind == "money"):
        raise NumberNotRead("kind", _("This is an amount in rupiah. Write it like Rp18.755.371.000,00."))
    if parts["rupiah"] and kind in ("percent", "number"):
        example = "60,3%" if kind == "percent" else "1.250,5"
        raise NumberNotRead(
            "kind", _("This is not an amount in rupiah. Write it like %(example)s.") % {"example": example}
        )
    if parts["percent"] and kind == "number":
        raise NumberNotRead(
            "kind", _("This is not a percentage. Write it like %(example)s.") % {"example": "1.250,5"}
        )


def _not_a_number(typed: str) -> NumberNotRead:
    """Explain text that is more than digits and separators: a scale word, a unit, a letter O."""
    scaled = _SCALED.fullmatch(typed)
    if scaled and _NUMBER.fullmatch(scaled["number"]):
        amount = parse(scaled["number"]).scaleb(_POWERS[scaled["scale"][0].lower()], _EXACT)
        return _instead("scale_word", exact(amount), typed)
    letters = re.search(r"[^\W\d_]+", typed)
    if letters and re.search(r"[0-9]", typed):
        sentence = _(
            'This number cannot be read because of "%(letters)s". Write digits only, for example 1.250,5.'
        )
        return NumberNotRead("letters", sentence % {"letters": letters[0]})
    return _unreadable()


def _wrong_separators(sign: str, number: str) -> NumberNotRead:
    """Say how the same figure is written here, when it is clear which figure was meant."""
    if re.fullmatch(r"[0-9]+\.[0-9]+", number):
        return _instead("decimal_dot", sign + number.replace(".", ","), sign + number)
    if re.fullmatch(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?", number):
        return _instead("grouping", sign + number.translate(_SWAP), sign + number)
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)+(?:,[0-9]+)?", number):
        return _instead("grouping")
    return _unreadable()


def _too_many_cents(number: str) -> NumberNotRead:
    """Refuse a third decimal: "1,250" rupiah is nearly always 1.250, typed the English way."""
    if re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", number):
        return _instead("cents", number.replace(",", "."), number)
    return NumberNotRead("cents", _("Rupiah take at most two digits after the comma."))


def _unreadable() -> NumberNotRead:
    return _instead("unreadable")


def _instead(code: str, right: str = "1.250,5", wrong: str = "1,250.5") -> NumberNotRead:
    sentence = _("This number cannot be read. Write %(right)s, not %(wrong)s.")
    return NumberNotRead(code, sentence % {"right": right, "wrong": wrong})


# --- Rounding ------------------------------------------------------------------------------------


def _checked(value: Number) -> Decimal:
    """Give back an exact Decimal; a float has already lost what half-up rounding needs."""
    if isinstance(value, float):
        raise TypeError("numbers of the portal are Decimal, never float")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number


def _rounded(value: Number, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    try:
        rounded = _checked(value).quantize(Decimal(1).scaleb(-places), rounding, _EXACT)
    except InvalidOperation as error:
        raise ValueError("this number has more digits than the portal can show") from error
    return rounded if rounded else abs(rounded)  # no "-0,00"


def _written(rounded: Decimal) -> str:
    return f"{rounded:,f}".translate(_SWAP)


def _rupiah(written: str) -> str:
    return f"-Rp{written[1:]}" if written.startswith("-") else f"Rp{written}"
