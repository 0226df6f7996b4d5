"""Deeds around sellers: they consent, withdraw it, and set their shops up; limits are drained."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from simulators.etsy.orders.webhooks import EVENTS
from simulators.etsy.state import Readiness, ReturnPolicy, Section, Seller, ShippingProfile
from simulators.etsy.tokens import SCOPES, TokenService
from simulators.etsy.world import World
from simulators.kit import seller_deeds as kit
from simulators.kit.deeds import Count, DeedRefused, Told, deed


class SellerDeeds(kit.SellerDeeds[World, TokenService, Seller]):
    """Each marked method is one deed. All hold the lock and raise `DeedRefused` without having changed anything."""

    @deed
    def add_seller(
        self, name: str, *, currency: str = "USD", country: str = "US", scopes: str = "", refresh_token: str = ""
    ) -> Told:
        """Somebody opens a shop and lets the app in. A shop has shipping profiles (one that calculates), processing profiles, a return
        policy and a section from the beginning. `scopes`: what they grant, all where nothing is told."""
        with self._world.lock:
            asked = frozenset(scopes.split()) or SCOPES
            self._refuse_name(name)
            if not asked <= SCOPES:
                raise DeedRefused(f"{scopes!r} are no scopes")
            new, now = self._world.new_id, self._world.now()
            shop_name = re.sub("[^A-Za-z0-9]", "", name).title() + "Shop"
            seller = Seller(name, new(), new(), shop_name, currency.upper(), country.upper(), now)
            post, scales = (
                ShippingProfile(new(), title, seller.country, calculated, destination_id=new())
                for title, calculated in (("Post", False), ("Calculated", True))
            )
            seller.profiles = {post.profile_id: post, scales.profile_id: scales}
            ready, made = Readiness(new(), "ready_to_ship", 1, 3), Readiness(new(), "made_to_order", 5, 10)
            seller.readiness = {ready.readiness_id: ready, made.readiness_id: made}
            policy = ReturnPolicy(new(), True, True, 30)
            seller.policies[policy.policy_id] = policy
            section = Section(new(), "Handmade")
            seller.sections[section.section_id] = section
            self._world.sellers[name] = seller
            self._tokens.admit(seller, asked, refresh_token)
            return self._told(seller)

    def _told(self, seller: Seller) -> dict[str, Any]:
        manual, calculated = seller.profiles
        return {
            "name": seller.name,
            "userId": seller.user_id,
            "shopId": seller.shop_id,
            "currency": seller.currency,
            "country": seller.country,
            "refreshToken": seller.refresh_token,
            "shippingProfileId": manual,
            "calculatedProfileId": calculated,
            "readinessStateId": next(iter(seller.readiness)),
            "returnPolicyId": next(iter(seller.policies)),
            "shopSectionId": next(iter(seller.sections)),
        }

    @deed
    def rotate_secret(self, secret: str) -> Told:
        """The app gets another shared secret; the old one is refused."""
        with self._world.lock:
            self._tokens.shared_secret = secret
            return {"secret": secret}

    @deed
    def register_redirect(self, url: str) -> Told:
        """Where consent may send the seller back to."""
        with self._world.lock:
            if url not in self._tokens.redirects:
                self._tokens.redirects.append(url)
            return {"redirects": list(self._tokens.redirects)}

    @deed
    def drain_day(self, leave: Count = 0) -> Told:
        """Somebody else with the same app has used up the last 24 hours, but for so many calls."""
        with self._world.lock:
            now = self._world.now()
            self._world.budget.drain(now, leave)
            return {"left": self._world.budget.remaining_today(now)}

    @deed
    def set_limits(self, per_second: Count, per_day: Count) -> Told:
        """Etsy gives the app other limits."""
        with self._world.lock:
            self._world.budget.per_second, self._world.budget.per_day = per_second, per_day
            return {"perSecond": per_second, "perDay": per_day}

    @deed
    def add_shipping_profile(
        self, title: str, *, calculated: bool = False, complete: bool = True, cost: str = "4.90", seller: str = ""
    ) -> Told:
        """A seller makes a shipping profile; an incomplete one lacks the postal code that it ships from."""
        with self._world.lock:
            owner, new = self._seller(seller), self._world.new_id
            made = ShippingProfile(new(), title, owner.country, calculated, complete, destination_id=new())
            made.cost = Decimal(cost)
            owner.profiles[made.profile_id] = made
            return {"shippingProfileId": made.profile_id}

    @deed
    def delete_shipping_profile(self, shipping_profile_id: int, *, seller: str = "") -> Told:
        with self._world.lock:
            profile = self._seller(seller).profiles.get(shipping_profile_id)
            if profile is None:
                raise DeedRefused(f"no shipping profile {shipping_profile_id}")
            profile.deleted = True
            return {"shippingProfileId": shipping_profile_id}

    @deed
    def show_buyers(self, on: bool = True, *, seller: str = "") -> Told:
        """Etsy shows the app the buyers' addresses of mail, or does not any more."""
        with self._world.lock:
            self._seller(seller).buyer_emails = on
            return {"on": on}

    @deed
    def add_webhook(self, url: str, events: list[str] | None = None) -> Told:
        """The app's owner adds an endpoint in Etsy's portal: all events, unless some are told. Returns its secret."""
        with self._world.lock:
            wanted = tuple(events or EVENTS)
            if not set(wanted) <= set(EVENTS) or not url.startswith(("http://", "https://")):
                raise DeedRefused(f"an endpoint is an address and some of {', '.join(EVENTS)}")
            made = self._world.webhooks.add(url, wanted)
            return {"id": made.endpoint_id, "url": url, "events": list(wanted), "secret": made.secret}
