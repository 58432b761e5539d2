"""Times, as they are typed on a command line."""

from __future__ import annotations

import re
import time
from datetime import datetime, timezone

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import MAX_TIME

_AGE = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def milliseconds(text: str, *, ahead: bool = False) -> int:
    """Return a date, a time or a span such as ``7d`` in milliseconds since the epoch.

    A span lies behind us, or `ahead`; what names no time zone is UTC.

    >>> milliseconds("2030-01-01")
    1893456000000
    """
    age = _AGE.fullmatch(text)
    if age is not None:
        span = int(age[1]) * _SECONDS[age[2]]
        return _in_calendar((time.time() + (span if ahead else -span)) * 1000)
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise InvalidParameterError(
            "A time is a date as 2030-01-31, a time as 2030-01-31T12:00, or a span as 7d."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return _in_calendar(moment.timestamp() * 1000)


def _in_calendar(moment: float) -> int:
    if moment > MAX_TIME:
        raise InvalidParameterError("A time is in the year 9999 at the latest.")
    return int(moment)
