"""Days and times as offices write them, in the zone of the city."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.utils import timezone as django_timezone
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from smartcity.lib import dates
from smartcity.lib.dates import DateNotRead, duration, left, long_date, parse_date, short_date, span, wib

FRIDAY = date(2022, 9, 16)
NOON = datetime(2022, 9, 29, 5, 0, tzinfo=UTC)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def test_a_day_in_full_and_short():
    assert long_date(FRIDAY) == "Jumat, 16 September 2022"
    assert short_date(FRIDAY) == "16/09/2022"
    assert long_date(None) == short_date(None) == wib(None) == "–"


def test_names_follow_the_active_language():
    with translation.override("en"):
        assert long_date(FRIDAY) == "Friday, 16 September 2022"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Jakarta", "Kamis, 29 September 2022, 12.00 WIB"),
        ("Asia/Pontianak", "Kamis, 29 September 2022, 12.00 WIB"),
        ("Asia/Makassar", "Kamis, 29 September 2022, 13.00 WITA"),
        ("Asia/Jayapura", "Kamis, 29 September 2022, 14.00 WIT"),
        ("Asia/Tokyo", "Kamis, 29 September 2022, 14.00 JST"),
        (UTC, "Kamis, 29 September 2022, 05.00 UTC"),
        (timezone(timedelta(hours=8)), "Kamis, 29 September 2022, 13.00 UTC+08:00"),
    ],
)
def test_a_moment_carries_the_label_of_its_zone(zone, shown):
    assert wib(NOON, zone) == shown


def test_without_a_zone_the_active_one_counts():
    assert wib(NOON, weekday=False) == "29 September 2022, 12.00 WIB"
    with django_timezone.override("Asia/Jayapura"):
        assert wib(NOON, weekday=False) == "29 September 2022, 14.00 WIT"
        assert dates.zone_label() == "WIT"


def test_a_moment_late_in_the_evening_is_the_next_day_further_east():
    late = datetime(2022, 9, 16, 16, 30, tzinfo=UTC)
    assert short_date(late, "Asia/Jakarta") == "16/09/2022"
    assert long_date(late, "Asia/Jayapura") == "Sabtu, 17 September 2022"


def test_a_naive_moment_is_an_error():
    naive = NOON.replace(tzinfo=None)
    for show in (wib, short_date, long_date):
        with pytest.raises(ValueError, match="zone"):
            show(naive)


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (date(2022, 10, 3), date(2022, 10, 8), "3 sampai 8 Oktober 2022"),
        (date(2022, 9, 28), date(2022, 10, 3), "28 September sampai 3 Oktober 2022"),
        (date(2021, 12, 28), date(2022, 1, 3), "28 Desember 2021 sampai 3 Januari 2022"),
        (date(2021, 10, 3), date(2022, 10, 8), "3 Oktober 2021 sampai 8 Oktober 2022"),
        (date(2022, 10, 3), date(2022, 10, 3), "3 Oktober 2022"),
    ],
)
def test_two_days_as_one_phrase(start, end, shown):
    assert span(start, end) == shown


def test_a_span_does_not_run_backwards():
    with pytest.raises(ValueError, match="starts"):
        span(date(2022, 10, 8), date(2022, 10, 3))


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (timedelta(days=6, hours=16), "6 hari"),
        (timedelta(days=4), "4 hari"),
        (timedelta(days=3, hours=23, minutes=59), "3 hari 23 jam"),
        (timedelta(days=3, hours=2, minutes=59), "3 hari 2 jam"),
        (timedelta(days=3, minutes=59), "3 hari"),
        (timedelta(hours=2, minutes=5, seconds=59), "2 jam 5 menit"),
        (timedelta(hours=2), "2 jam"),
        (timedelta(minutes=59, seconds=59), "59 menit"),
        (timedelta(seconds=59), "kurang dari satu menit"),
        (timedelta(0), "waktu habis"),
        (timedelta(seconds=-1), "waktu habis"),
    ],
)
def test_time_left_is_rounded_down_to_two_units(ahead, shown):
    assert left(NOON + ahead, NOON) == shown


def test_one_day_is_singular_where_the_language_has_a_singular():
    with translation.override("en"):
        assert left(NOON + timedelta(days=1, hours=1), NOON) == "1 day 1 hour"
        assert left(NOON + timedelta(days=2, hours=2), NOON) == "2 days 2 hours"


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=3650)))
def test_a_duration_never_promises_more_than_there_is(length):
    units = {"hari": timedelta(days=1), "jam": timedelta(hours=1), "menit": timedelta(minutes=1)}
    with translation.override("id"):
        words = duration(length).split()
    said = sum(
        (int(count) * units[unit] for count, unit in zip(words[::2], words[1::2], strict=True)), timedelta()
    )
    assert timedelta(0) < said <= length
    assert length - said < (timedelta(days=1) if length >= timedelta(days=4) else timedelta(hours=1))


# --- Reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "Jumat, 16 September 2022",
        "jum'at, 16 september 2022",
        "Jum’at , 16 Sep 2022",
        "16 September 2022",
        "16\u00a0Sept 2022",
        "16/09/2022",
        "16/9/2022",
        "16-09-2022",
        "2022-09-16",
        " 2022-9-16 ",
    ],
)
def test_what_offices_type_is_read(typed):
    assert parse_date(typed) == FRIDAY


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" ", "empty"),
        ("1" * 41, "too_long"),
        ("16/09/22", "unreadable"),
        ("09/16/2022", "no_such_day"),
        ("31/02/2022", "no_such_day"),
        ("29 Februari 2022", "no_such_day"),
        ("2022-13-01", "no_such_day"),
        ("2022-00-10", "no_such_day"),
        ("16/09-2022", "unreadable"),
        ("16 October 2022", "unreadable"),
        ("16 Se 2022", "unreadable"),
        ("16/09/0022", "unreadable"),
        ("16/09/2101", "unreadable"),
        ("Friday, 16 September 2022", "unreadable"),
        ("Sabtu, 16 September 2022", "weekday"),
        ("١٦/٠٩/٢٠٢٢", "unreadable"),
        ("besok", "unreadable"),
    ],
)
def test_what_is_not_sure_is_refused_with_a_code(typed, code):
    with pytest.raises(DateNotRead) as refusal:
        parse_date(typed)
    assert refusal.value.code == code
    assert str(refusal.value)


def test_the_wrong_weekday_is_named():
    with pytest.raises(
        DateNotRead, match=r"^16 September 2022 adalah hari Jumat\. Periksa hari atau tanggalnya\.$"
    ):
        parse_date("Sabtu, 16 September 2022")


@pytest.mark.parametrize("month", ["Agustus", "Agu", "Agt", "agt", "AGU"])
def test_august_has_two_short_names(month):
    assert parse_date(f"17 {month} 2022") == date(2022, 8, 17)


def test_letters_are_dated_in_indonesian_whatever_the_page_speaks():
    with translation.override("en"):
        assert parse_date("Minggu, 16 Oktober 2022") == date(2022, 10, 16)


@given(days)
def test_what_is_shown_can_be_typed(day):
    with translation.override("id"):
        assert parse_date(long_date(day)) == parse_date(short_date(day)) == parse_date(day.isoformat()) == day


@given(st.text(max_size=45) | st.text(alphabet="0123456789/-, SeptJumat", max_size=20))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        day, refusal = parse_date(text), None
    except DateNotRead as error:
        day, refusal = FRIDAY, error
    assert 1900 <= day.year <= 2100
    assert refusal is None or (refusal.code and str(refusal))
