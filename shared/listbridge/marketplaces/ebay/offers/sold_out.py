"""Out-of-stock control: whether an account's listings stay when they sell out.

It is one of the programs that a seller opts in to (sell_account 1.9.3, getOptedInPrograms and optInToProgram): "If a seller's
account is opted in to the out-of-stock control program, active fixed-price listings will be kept 'alive' [...] even when the
quantity for the listing has been depleted to 0" (developer.ebay.com, ProgramTypeEnum, read 2026-11-28).
"""

from __future__ import annotations

from pydantic import Field

from listbridge.infra.calls.api_client import CallRefused
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.ebay.client import EbayHttp, Request

PROGRAM = "OUT_OF_STOCK_CONTROL"
TAKES_H = 24
"""It can take up to 24 hours for eBay to process the request (optInToProgram)."""
_ACCOUNT = "/sell/account/v1"
_ASKED_ALREADY = 25803
"""With status 409, "{fieldName} already exists"; that this is what a second request gets is our reading."""


class _Program(CamelTold):
    program_type: str = ""


class _Programs(CamelTold):
    programs: list[_Program] = Field(default_factory=list)


def is_kept(http: EbayHttp) -> bool:
    """Whether the seller has opted in, as far as eBay has processed it."""
    request = Request("GET", f"{_ACCOUNT}/program/get_opted_in_programs", "getOptedInPrograms")
    return any(one.program_type == PROGRAM for one in http.read(request, _Programs).programs)


def keep(http: EbayHttp) -> int:
    """Opt in, unless that was asked for already; returns the hours that eBay may take."""
    body = {"programType": PROGRAM}
    request = Request("POST", f"{_ACCOUNT}/program/opt_in", "optInToProgram", body=body, write=True)
    try:
        http.send(request)
    except CallRefused as refused:
        if not any(entry.error_id == _ASKED_ALREADY for entry in refused.said.entries):
            raise refused.verdict from None
    return TAKES_H
