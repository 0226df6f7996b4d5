"""Amazon's JSON of sellers v1, as far as we read it."""

from __future__ import annotations

from pydantic import Field

from listbridge.infra.calls.wire_models import CamelTold


class Marketplace(CamelTold):
    """`Marketplace`."""

    id: str


class Participation(CamelTold):
    """`Participation`."""

    is_participating: bool


class MarketplaceParticipation(CamelTold):
    """`MarketplaceParticipation`."""

    marketplace: Marketplace
    participation: Participation


class Participations(CamelTold):
    """The answer of getMarketplaceParticipations."""

    payload: tuple[MarketplaceParticipation, ...] = Field(min_length=1)
