"""Amazon's refusals: `{"errors": [{code, message, details}]}` as every model's `ErrorList` says.

Codes and messages: the `x-amzn-api-sandbox` examples of the models where there is one, else as seen in issues of
amzn/selling-partner-api-models and in the documentation ("Response format"); the texts of 403 and 429 are from there.
"""

from __future__ import annotations

from typing import Any


class AmazonError(Exception):
    """An answer that is no success. `headers` are added to it."""

    def __init__(self, status: int, code: str, message: str, details: str = "") -> None:
        super().__init__(f"{status} {code}: {message} {details}".strip())
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def body(self) -> dict[str, Any]:
        return {"errors": [{"code": self.code, "message": self.message, "details": self.details}]}


def invalid(message: str, details: str = "") -> AmazonError:
    """400: the request itself is wrong."""
    return AmazonError(400, "InvalidInput", message, details)


def denied(details: str) -> AmazonError:
    """403: no token, a bad one, or one that does not reach this far."""
    return AmazonError(403, "Unauthorized", "Access to requested resource is denied.", details)


def not_found(message: str) -> AmazonError:
    return AmazonError(404, "NotFound", message)


def throttled(message: str = "You exceeded your quota for the requested resource.") -> AmazonError:
    return AmazonError(429, "QuotaExceeded", message)


_TROUBLES = {
    404: ("NotFound", "The resource specified does not exist."),
    413: ("RequestTooLarge", "The request size exceeded the maximum accepted size."),
    415: ("UnsupportedMediaType", "The request payload is in an unsupported format."),
    429: ("QuotaExceeded", "You exceeded your quota for the requested resource."),
    503: ("ServiceUnavailable", "Service is temporarily unavailable. Please try again later."),
}


def trouble_of(status: int) -> AmazonError:
    """How Amazon words a status that has nothing to do with the request."""
    code, message = _TROUBLES.get(status, ("InternalFailure", "We encountered an internal error. Please try again."))
    return AmazonError(status, code, message)
