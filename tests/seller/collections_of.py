"""A seller's words for the collections of their shop, and for a sales list that follows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from tests.seller.merchant import Merchant


@dataclass
class Shelves:
    """anna's collections and her list that follows some of them."""

    anna: Merchant

    def collection(self, *products: str, title: str = "Mugs", by_rules: bool = False) -> str:
        made = self.anna.its.shopify.deeds.add_collection(title=title, product_ids=list(products), smart=by_rules)
        return str(made["collection_id"])

    def holds(self, collection: str, *products: str) -> None:
        """From now on the collection has these products; her shop tells what it would tell, which is not who is in it."""
        smart = self.anna.its.shopify.world.catalog.collection(int(collection)).smart
        self.anna.its.shopify.deeds.set_members(collection, list(products))
        if not smart:
            self._event(Hint(kind=HintKind.COLLECTION, id=collection))

    def touched(self, *products: str) -> None:
        """Her shop says that these products changed."""
        self._event(*(Hint(kind=HintKind.PRODUCT, id=product) for product in products))

    def _event(self, *hints: Hint) -> None:
        self.anna.its.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=self.anna.shop, hints=hints))  # type: ignore[arg-type]
        self.anna.its.run()

    def follow(self, *collections: str, **more: Any) -> str:
        """A new list that follows these collections; its id."""
        made = self.anna.its.post("/sales-lists", self.draft(collections=list(collections), **more))
        self.anna.its.run()
        return str(made["id"])

    def draft(self, **more: Any) -> dict[str, Any]:
        creation = self.anna.its.get("/creation-profiles")["creation_profiles"][0]["id"]
        wanted = {"name": "Mugs", "account": self.anna.account, "site": self.anna.site, "creation_profile": creation}
        return {**wanted, "mode": "collection", **more}

    def skus(self, to: str) -> list[str]:
        """What is in the list."""
        return sorted(row["sku"] for row in self.anna.its.items(to))

    def hours(self, number: int) -> None:
        """So many hours pass, with the timer that reads shops and collections."""
        for _ in range(number):
            self.anna.its.stores.clock.advance(3600)
            self.anna.timer("sweep")
