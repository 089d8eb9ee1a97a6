"""When releases are published: dates that follow from the calendar alone, so that nobody can bring one forward."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from .models import Calendar, Policy

_MONTHS = {Calendar.MONTHLY: 1, Calendar.QUARTERLY: 3}
"""A release date is the first day of each so-many-th month, counted from January."""


def next_release_on(rules: Policy | Calendar, moment: datetime) -> date:
    """The date on which a rating given at `moment` can be released at the earliest: the first one that begins, at
    00:00 UTC, after `moment`. What is given at a date's midnight itself belongs to the date after it.
    """
    calendar = rules.calendar if isinstance(rules, Policy) else rules
    return _date_after(calendar, moment.astimezone(UTC).date())


def release_dates(calendar: Calendar, after: date, until: date) -> Iterator[date]:
    """The release dates later than `after`, up to and with `until`, in order."""
    found = _date_after(calendar, after)
    while found <= until:
        yield found
        found = _date_after(calendar, found)


def _date_after(calendar: Calendar, day: date) -> date:
    step = _MONTHS[calendar]
    month = (day.month - 1) // step * step + step
    return date(day.year + month // 12, month % 12 + 1, 1)
