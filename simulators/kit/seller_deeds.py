"""What happens to sellers' accounts and to the app on every marketplace: they withdraw, consent again, tokens end; and what is done later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from simulators.kit.deeds import DeedRefused, Seconds, Told, bound, deed, deed_of, do
from simulators.kit.oauth import TokenService
from simulators.kit.sellers import AnySeller, SellersWorld

AnyWorld = TypeVar("AnyWorld", bound=SellersWorld[Any, Any])
AnyService = TypeVar("AnyService", bound=TokenService[Any])


class SellerDeeds(Generic[AnyWorld, AnyService, AnySeller]):
    """The deeds that every feature's deeds build on: `self._world`, `self._tokens`, `self._seller(name)`.

    All hold the world's lock and raise `DeedRefused` without having changed anything.
    """

    LINE_FIELDS: ClassVar[frozenset[str]]
    """What a line of `checkout` may have."""
    checkout: Callable[..., Told]
    """A platform's deed: a buyer takes several `lines` of one seller in one order."""

    def __init__(self, world: AnyWorld, tokens: AnyService) -> None:
        self._world = world
        self._tokens = tokens

    def _seller(self, name: str = "") -> AnySeller:
        """A seller by name, or the only one. What is due by now has happened then. Raises DeedRefused."""
        self._world.catch_up()
        sellers: dict[str, AnySeller] = self._world.sellers
        if not name and len(sellers) == 1:
            return next(iter(sellers.values()))
        if name not in sellers:
            raise DeedRefused(f"no seller {name!r}")
        return sellers[name]

    def _refuse_name(self, name: str) -> None:
        """Raises DeedRefused for the name of a new seller that is none, or taken."""
        if not name:
            raise DeedRefused("a seller has a name")
        if name in self._world.sellers:
            raise DeedRefused(f"{name} is a seller already")

    def _join(self, seller: AnySeller) -> None:
        """A new seller is there, and has authorised this app."""
        self._world.sellers[seller.name] = seller
        self._tokens.admit(seller)

    @deed
    def revoke_token(self, seller: str = "") -> Told:
        """The seller, or the only one, withdraws their consent: refreshing answers invalid_grant from now on."""
        with self._world.lock:
            owner = self._seller(seller)
            self._tokens.revoke(owner)
            return {"seller": owner.name, "revoked": True}

    @deed
    def restore_token(self, seller: str = "") -> Told:
        """The seller, or the only one, consents again: under their old refresh token, where it does not change at each use."""
        with self._world.lock:
            owner = self._seller(seller)
            self._tokens.admit(owner)
            return {"seller": owner.name, "revoked": False, "refreshToken": owner.refresh_token}

    @deed
    def expire_tokens(self, seller: str = "") -> Told:
        """End access tokens now, one seller's or all; refreshing gives new ones."""
        with self._world.lock:
            return {"expired": self._tokens.expire_access(self._seller(seller) if seller else None)}

    @deed
    def set_token_lifetime(self, seconds: int) -> Told:
        """How long access tokens issued from now on live, instead of the platform's own time."""
        with self._world.lock:
            self._tokens.access_token_s = seconds
            return {"seconds": seconds}

    @deed
    def buy(self, sku: str, *, quantity: int = 1, **more: Any) -> Told:
        """A buyer takes units of one live offer: `checkout` of a single line; `more` are its other arguments or the line's."""
        line = {name: more.pop(name) for name in list(more) if name in self.LINE_FIELDS}
        told: Told = bound(self.checkout, {"lines": [{"sku": sku, "quantity": quantity, **line}], **more})()
        return told

    @deed
    def later(self, seconds: Seconds, act: str, arguments: Mapping[str, Any] | None = None) -> Told:
        """Do the deed `act` once the clock has passed, at the first call after that. A refusal then stands in the journal alone."""
        with self._world.lock:
            deed_of(self, act)

            def land() -> None:
                at, status = self._world.now(), 200
                try:
                    do(self, act, arguments or {})
                except DeedRefused:
                    status = 400
                self._world.journal.append(self._world.entry(at=at, operation=f"deed:{act}", status=status))

            self._world.postpone(seconds, land)
            return {"deed": act, "seconds": seconds}
