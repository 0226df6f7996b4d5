"""A product made ready for Amazon: the schemas of its type, the products of the catalogue that it is offered on, its items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listbridge.domain.ids import Sku
from listbridge.domain.ports import FieldProblem, PublishRequest
from listbridge.domain.verdicts import RemoteError
from listbridge.infra.mapping.profile_settings import read_settings
from listbridge.marketplaces.amazon.client import AmazonHttp
from listbridge.marketplaces.amazon.offers.catalog import asins_of, restriction
from listbridge.marketplaces.amazon.offers.mapping import Content, Schemas, listing_content
from listbridge.marketplaces.amazon.offers.product_types import Definitions
from listbridge.marketplaces.amazon.settings import CreationSettings
from listbridge.marketplaces.amazon.sites import NationalSite

NEW = "new"
"""The way of a SKU that becomes a product of its own; that of another is its ASIN."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would be sent, and the way of each SKU."""

    content: Content
    ways: Mapping[Sku, str]


class Preparing:
    """One request's. Reads at Amazon and changes nothing there."""

    def __init__(self, http: AmazonHttp, definitions: Definitions, request: PublishRequest, site: NationalSite) -> None:
        self._http, self._definitions, self._request, self._site = http, definitions, request, site
        settings = read_settings(CreationSettings, request.creation.settings)
        chosen = {str(one.key.sku): one.catalogue_id for one in request.variants if one.catalogue_id}
        self.settings = settings.model_copy(update={"asins": {**settings.asins, **chosen}})

    def ways(self, skus: Sequence[Sku], ours: Sequence[Sku] = ()) -> dict[Sku, str]:
        """How each SKU gets to Amazon: on a product that the seller named or that its barcode found, or as a new one. Of those
        that are `ours` already the product that Amazon has is our own.

        The variants of a family are found only together: a child of ours cannot be an offer on a stranger's product.
        """
        given = {sku: str(self.settings.asins[sku]) for sku in skus if sku in self.settings.asins}
        rest = [sku for sku in skus if sku not in given and sku not in ours]
        found: dict[Sku, str] = {}
        if self.settings.existing_products == "by_barcode" and rest:
            barcodes = {
                one.sku: one.barcode for one in self._request.product.variants if one.sku in rest and one.barcode
            }
            found = asins_of(self._http, self._site, barcodes) if len(barcodes) == len(rest) else {}
        matched = found if len(found) == len(rest) else {}
        return {sku: given.get(sku) or matched.get(sku, NEW) for sku in skus}

    def content(self, ways: Mapping[Sku, str]) -> Content:
        """The items of these SKUs. Raises Rejected for a type that there is not."""
        return listing_content(
            self._request.product,
            list(ways),
            self.settings,
            self._site,
            self._schemas(ways),
            group=self._request.group,
            asins={sku: way for sku, way in ways.items() if way != NEW},
        )

    def restricted(self, ways: Mapping[Sku, str]) -> dict[Sku, RemoteError]:
        """The SKUs that the seller may not offer on the product that they would be offered on, with Amazon's reason."""
        refused: dict[Sku, RemoteError] = {}
        for sku, way in ways.items():
            error = None if way == NEW else restriction(self._http, self._site, way, self.settings.condition)
            if error is not None:
                refused[sku] = error
        return refused

    def _schemas(self, ways: Mapping[Sku, str]) -> Schemas:
        name, schema = self.settings.product_type, self._definitions.schema
        new, offered = NEW in ways.values() or not ways, any(way != NEW for way in ways.values())
        family = new and self._request.product.has_options
        offer = schema(self._site, name, "LISTING_OFFER_ONLY") if offered else None
        sold = schema(self._site, name, "LISTING", "CHILD" if family else "NONE") if new or offer is None else offer
        parent = schema(self._site, name, "LISTING_PRODUCT_ONLY", "PARENT") if family else None
        return Schemas(sold, parent, offer)


def first_problem(problems: Sequence[FieldProblem]) -> str:
    """How many more there are, for the one that is told."""
    return f"{len(problems)} problem(s): " + ", ".join(dict.fromkeys(one.field or "-" for one in problems))
