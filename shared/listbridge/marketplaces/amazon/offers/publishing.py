"""Publishing a product."""

from __future__ import annotations

from listbridge.domain.ports import Processing, Published, PublishRequest, PublishSteps
from listbridge.marketplaces.amazon.client import AmazonHttp


class Publishing:
    """One product on one site, resumable."""

    def __init__(self, http: AmazonHttp, request: PublishRequest, steps: PublishSteps) -> None:
        self._http, self._request, self._steps = http, request, steps

    def publish(self) -> Published | Processing:
        """Create or complete the offers."""
        raise NotImplementedError

    def full_revise(self) -> Published | Processing:
        """Send everything of live offers."""
        raise NotImplementedError
