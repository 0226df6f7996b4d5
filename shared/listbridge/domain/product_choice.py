"""Which of a shop's products a seller means, where they are not named one by one."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.word import Word


class ChosenBy(Word):
    """What the chosen products have in common."""

    SEARCH = "search"  # the shop's own search finds them by a text
    COLLECTION = "collection"  # it holds them now; what comes into it later is not added
    TAG = "tag"
    VENDOR = "vendor"
    CATALOGUE = "catalogue"  # nothing: they are all that the shop has


class ProductChoice(BaseModel):
    """A choice of a shop's products. `value` is the text, the collection's id, the tag or the vendor; the whole catalogue
    has none."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    by: ChosenBy
    value: str = ""

    def holds(self, facts: ProductFacts) -> bool:
        """Whether a product that was read is chosen indeed. A shop's search may lag behind its products, and may know fewer
        differences between two texts than people do. What a text finds, and what a collection holds, only the shop can
        say."""
        if self.by is ChosenBy.TAG:
            return self.value.casefold() in {tag.casefold() for tag in facts.tags}
        if self.by is ChosenBy.VENDOR:
            return self.value.casefold() == facts.vendor.casefold()
        return True
