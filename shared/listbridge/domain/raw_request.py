"""A request from outside, as it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RawRequest:
    """What a stranger sent to an address of ours. The signature covers these very bytes, so nothing is rewritten.

    `address` is where it was sent, as the outside knows it and without a query. `params` are the query's, decoded; header
    names are lower-case. What was sent may be secret and is not in the repr.
    """

    method: str
    address: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
