"""Etsy's errors and our verdicts, as data.

Etsy has no codes: a refusal is a text, or rows of path, type and message (OpenAPI document of August 2026, "ErrorSchema"), so what is
known is known by its words. Sources: the document's descriptions of each response, and the issue tracker etsy/open-api
where a number stands beside it; the rest is judged by its status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RateLimited, Rejected, RetryLater, Unauthorized
from listbridge.infra.calls.error_row import Row, for_each

UNAVAILABLE = Row(RetryLater, "etsy_unavailable")
UNKNOWN = Row(OutcomeUnknown, "etsy_outcome_unknown")
UNREADABLE = Row(RetryLater, "etsy_answer_unreadable", after_s=30.0)
THROTTLED = Row(RateLimited, "etsy_limit_reached", after_s=1.0)
REFUSED = Row(Rejected, "etsy_refused", "read_etsy_message")
CONFLICT = Row(RetryLater, "etsy_busy", after_s=2.0)
GONE = Row(NotFound, "etsy_not_there", "send_again")
TOKEN_REFUSED = Row(Unauthorized, "etsy_token_refused", "reconnect_account")
CONSENT_MISSING = Row(Unauthorized, "etsy_consent_missing", "authorize_account")
APP_REFUSED = Row(Unauthorized, "etsy_app_refused", "check_app_keys")
FORBIDDEN = Row(Unauthorized, "etsy_forbidden", "reconnect_account")

BY_WORDS: Final[Mapping[str, Row]] = {
    r"shared secret is (required|invalid)|api key": APP_REFUSED,  # anitabyte/etsyv3 issue 31
    r"invalid_token|access token": TOKEN_REFUSED,
    r"scope": FORBIDDEN,
}
"""By a pattern in what Etsy says, the first that fits; before the status."""
BY_OWN_CODE: Final[Mapping[str, Row]] = {row.code: row for row in BY_WORDS.values()}
"""The same rows by our code for them, as Etsy has none."""

BY_STATUS: Final[Mapping[int, Row]] = {401: TOKEN_REFUSED, 403: FORBIDDEN, 404: GONE, 409: CONFLICT}

TOKEN_ERRORS: Final[Mapping[str, Row]] = {
    "invalid_grant": TOKEN_REFUSED,
    **for_each(APP_REFUSED, "invalid_client", "unauthorized_client"),
    "invalid_scope": FORBIDDEN,
}
"""Of the token endpoint, by the error's name (RFC 6749, 5.2)."""
TOKEN_STATUSES: Final[Mapping[int, Row]] = {401: APP_REFUSED, 403: APP_REFUSED, 429: THROTTLED}
