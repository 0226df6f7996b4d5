"""What people do about notices: a developer subscribes an address, somebody closes their account, a seller takes their consent back."""

from __future__ import annotations

from simulators.ebay.notices import DELETION, REVOCATION, TOPICS, NotSubscribed
from simulators.ebay.oauth import TokenService
from simulators.ebay.state import Seller
from simulators.ebay.world import World
from simulators.kit.deeds import DeedRefused, Told, deed
from simulators.kit.seller_deeds import SellerDeeds


class NoticeDeeds(SellerDeeds[World, TokenService, Seller]):
    """Deeds about what the application is told unasked."""

    @deed
    def subscribe_notices(self, url: str, token: str, topics: list[str] | None = None) -> Told:
        """The developer enters address and verification token at "Alerts and notifications" of the app: the address is asked first."""
        unknown = set(topics or ()) - set(TOPICS)
        if unknown:
            raise DeedRefused(f"no such topics: {sorted(unknown)}")
        try:
            made = self._world.notices.subscribe(url, token, tuple(topics or TOPICS))
        except NotSubscribed as refused:
            raise DeedRefused(str(refused)) from None
        return {"subscription": made.id, "topics": list(made.topics)}

    @deed
    def close_account(self, username: str, *, user_id: str = "") -> Told:
        """One of eBay's users, anybody, closes their account: every application is told to forget them."""
        if not username and not user_id:
            raise DeedRefused("a user has a name or an id")
        with self._world.lock:
            id = user_id or f"U{self._world.random.getrandbits(40):010X}"
            notice = self._world.notices.publish(
                DELETION, {"username": username, "userId": id, "eiasToken": "nY+sHZ2PrBmdj6wV"}
            )
            return {"notificationId": notice["notification"]["notificationId"], "userId": id}

    @deed
    def withdraw_consent(self, seller: str = "") -> Told:
        """A seller takes the application's rights away on the site: their tokens are dead, and eBay tells the application."""
        with self._world.lock:
            owner = self._seller(seller)
            self._tokens.revoke(owner)
            self._tokens.expire_access(owner)
            data = {"username": owner.username, "userId": owner.user_id}
            notice = self._world.notices.publish(REVOCATION, data)
            return {"notificationId": notice["notification"]["notificationId"]}

    @deed
    def rotate_signing_key(self) -> Told:
        """eBay signs with a new key from now on."""
        with self._world.lock:
            return {"key": self._world.notices.keys.rotate()}
