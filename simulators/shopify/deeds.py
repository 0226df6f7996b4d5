"""All deeds: the seller's and the buyers' in the shop, and what happens to the app itself. Callable by name, for JSON."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.kit.deeds import Told, deed
from simulators.shopify.catalog import payloads
from simulators.shopify.orders.parcel_deeds import ParcelDeeds


class Deeds(ParcelDeeds):
    """Everything that can happen in and to the shop."""

    @deed
    def uninstall(self) -> Told:
        """The seller removes the app: app/uninstalled goes out, every token and subscription is dead."""
        with self._world.lock:
            world = self._world
            world.emit("app/uninstalled", payloads.shop_payload(world.shop, world.first_location))
            world.tokens.installed = False
            world.tokens.revoke()
            world.subscriptions.clear()
            return {}

    @deed
    def reinstall(self) -> Told:
        with self._world.lock:
            self._world.tokens.installed = True
            return {}

    @deed
    def permit(self, permitted: bool) -> Told:
        """Decide whether app and shop are of one organisation; if not, grants end in `shop_not_permitted`."""
        with self._world.lock:
            self._world.tokens.permitted = permitted
            return {}

    @deed
    def revoke_tokens(self) -> Told:
        with self._world.lock:
            self._world.tokens.revoke()
            return {}

    @deed
    def set_scopes(self, scopes: Sequence[str]) -> Told:
        with self._world.lock:
            world = self._world
            previous, world.tokens.scopes = world.tokens.scopes, list(scopes)
            told = payloads.scopes_payload(world.shop, previous, list(scopes), world.now())
            world.emit("app/scopes_update", told)
            return {}

    @deed
    def rotate_client_secret(self, client_secret: str, sign_with_old: bool = True) -> Told:
        """New secret for grants; deliveries are signed with the old one for a while yet unless told otherwise."""
        with self._world.lock:
            self._world.tokens.client_secret = client_secret
            if not sign_with_old:
                self._world.signing_secret = client_secret
            return {}

    @deed
    def drain_budget(self, to: float = 0.0) -> Told:
        """Spend the cost bucket down to `to` points, as another process of the same app would."""
        with self._world.lock:
            self._world.bucket.drain(to)
            return {"available": self._world.bucket.available()}
