"""What happens to sellers' accounts outside the API: they join, withdraw, are suspended; Amazon changes their limits."""

from __future__ import annotations

from typing import Any

from simulators.amazon.sites import SITES
from simulators.amazon.state import Seller
from simulators.amazon.tokens import TokenService
from simulators.amazon.world import World
from simulators.kit import seller_deeds as kit
from simulators.kit.deeds import DeedRefused, Seconds, deed


class SellerDeeds(kit.SellerDeeds[World, TokenService, Seller]):
    """The deeds that every feature's deeds build on."""

    @deed
    def add_seller(
        self,
        name: str,
        *,
        sites: tuple[str, ...] | list[str] = ("ATVPDKIKX0DER",),
        refresh_token: str = "",
        pii: bool = True,
    ) -> dict[str, Any]:
        """A seller with an account on `sites` (marketplace ids of one region), who has authorised this app.

        `pii`: whether the app holds the roles for buyers' personal data. Returns name, sellerId, region, sites, refreshToken.
        Saying it twice for one name is refused.
        """
        with self._world.lock:
            self._refuse_name(name)
            region = self._region(sites)
            seller_id = f"A{self._world.random.getrandbits(64):016X}"[:14]
            token = refresh_token or self._world.token("Atzr")
            seller = Seller(name, seller_id, region, list(sites), token, pii, f"{name}'s store")
            self._join(seller)
            return {
                "name": name,
                "sellerId": seller_id,
                "region": region,
                "sites": seller.sites,
                "refreshToken": seller.refresh_token,
            }

    def _region(self, sites: tuple[str, ...] | list[str]) -> str:
        unknown = [one for one in sites if one not in SITES]
        regions = {SITES[one].region for one in sites if one in SITES}
        if unknown or len(regions) != 1:
            raise DeedRefused(f"sites are marketplace ids of one region, not {list(sites)}")
        return regions.pop()

    @deed
    def set_sites(self, seller: str, sites: list[str]) -> dict[str, Any]:
        """The seller opens or closes stores of their region; the app sees it at once."""
        with self._world.lock:
            owner = self._seller(seller)
            if self._region(sites) != owner.region:
                raise DeedRefused(f"{seller} sells in {owner.region}")
            owner.sites = list(sites)
            return {"seller": seller, "sites": owner.sites}

    @deed
    def suspend_listings(self, seller: str, site: str, *, on: bool = True) -> dict[str, Any]:
        """Amazon suspends a seller's listings in one store (`hasSuspendedListings`), or lifts it."""
        with self._world.lock:
            owner = self._seller(seller)
            if site not in owner.sites:
                raise DeedRefused(f"{seller} does not sell in {site}")
            (owner.suspended_in.add if on else owner.suspended_in.discard)(site)
            return {"seller": seller, "site": site, "suspended": on}

    @deed
    def grant_pii(self, seller: str, on: bool) -> dict[str, Any]:
        """Amazon grants the app the roles for buyers' personal data, or takes them away."""
        with self._world.lock:
            self._seller(seller).pii = on
            return {"seller": seller, "pii": on}

    @deed
    def register_redirect(self, url: str) -> dict[str, Any]:
        """Register an address that the consent page may send the seller back to."""
        with self._world.lock:
            if url not in self._tokens.redirects:
                self._tokens.redirects.append(url)
            return {"url": url}

    @deed
    def rotate_secret(self, secret: str) -> dict[str, Any]:
        """The app's client secret is another from now on; refresh tokens survive."""
        with self._world.lock:
            if not secret:
                raise DeedRefused("a secret is a text")
            self._tokens.client_secret = secret
            return {"rotated": True}

    @deed
    def set_rate(self, operation: str, rate: Seconds, burst: Seconds, *, seller: str = "") -> dict[str, Any]:
        """Amazon gives a seller (all of them, where none is named) another rate; the header tells it."""
        with self._world.lock:
            owners = [self._seller(seller)] if seller else list(self._world.sellers.values())
            try:
                for owner in owners:
                    self._world.budget.set_rate(owner.name, operation, rate, burst)
            except KeyError:
                raise DeedRefused(f"no operation {operation}") from None
            return {"operation": operation, "rate": rate, "burst": burst}

    @deed
    def drain(self, operation: str, *, seller: str = "") -> dict[str, Any]:
        """Another instance of the same app has used up the seller's calls of an operation."""
        with self._world.lock:
            owner = self._seller(seller)
            try:
                self._world.budget.drain(owner.name, operation, self._world.now())
            except KeyError:
                raise DeedRefused(f"no operation {operation}") from None
            return {"operation": operation}
