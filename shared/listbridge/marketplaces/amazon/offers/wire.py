"""Amazon's JSON of offers (listingsItems_2021-08-01, definitionsProductTypes_2020-09-01, catalogItems_2022-04-01,
listingsRestrictions_2021-08-01), as far as we read it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from listbridge.infra.calls.wire_models import CamelTold

BUYABLE = "BUYABLE"


class Issue(CamelTold):
    """`Issue`: what Amazon says of a submission or of an item. Only an ERROR keeps it from being sold."""

    code: str
    message: str = ""
    severity: str = "ERROR"
    attribute_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class Identifiers(CamelTold):
    """`ItemIdentifiersByMarketplace`."""

    marketplace_id: str = ""
    asin: str = ""


class SubmissionAnswer(CamelTold):
    """`ListingsItemSubmissionResponse`. A 200 with INVALID is a refusal."""

    sku: str
    status: Literal["ACCEPTED", "INVALID", "VALID"]
    submission_id: str
    issues: tuple[Issue, ...] = ()
    identifiers: tuple[Identifiers, ...] = ()

    @property
    def errors(self) -> tuple[Issue, ...]:
        """What stands against it; an INVALID without any issue has none."""
        return tuple(issue for issue in self.issues if issue.severity == "ERROR")


class Summary(CamelTold):
    """`ItemSummaryByMarketplace`."""

    marketplace_id: str
    asin: str = ""
    item_name: str = ""
    product_type: str = ""
    status: tuple[str, ...] = ()
    fn_sku: str = ""
    last_updated_date: AwareDatetime | None = None


class Price(CamelTold):
    """`Money` of listings items."""

    amount: Decimal
    currency_code: str


class ShownOffer(CamelTold):
    """`ItemOfferByMarketplace`."""

    marketplace_id: str
    offer_type: str = "B2C"
    price: Price


class Availability(CamelTold):
    """`FulfillmentAvailability`: one number for all sites of the region. The code is DEFAULT where the seller ships."""

    fulfillment_channel_code: str
    quantity: int | None = None


class Relationship(CamelTold):
    """`ItemRelationship`, between the parent and the children of a variation family."""

    type: str
    child_skus: tuple[str, ...] = ()
    parent_skus: tuple[str, ...] = ()


class SiteRelationships(CamelTold):
    """`ItemRelationshipsByMarketplace`."""

    marketplace_id: str
    relationships: tuple[Relationship, ...] = ()


class ListingItem(CamelTold):
    """`Item`: what Amazon shows for one SKU of the seller; each list has its sites apart."""

    sku: str
    summaries: tuple[Summary, ...] = ()
    issues: tuple[Issue, ...] = ()
    offers: tuple[ShownOffer, ...] = ()
    fulfillment_availability: tuple[Availability, ...] = ()
    relationships: tuple[SiteRelationships, ...] = ()

    def summary(self, marketplace: str) -> Summary | None:
        """What it is on one site; None until Amazon has made it."""
        return next((one for one in self.summaries if one.marketplace_id == marketplace), None)

    def asin(self, marketplace: str) -> str:
        """Empty until Amazon has given one."""
        summary = self.summary(marketplace)
        return summary.asin if summary is not None else ""

    def buyable(self, marketplace: str) -> bool:
        """Whether buyers can take it now."""
        summary = self.summary(marketplace)
        return summary is not None and BUYABLE in summary.status

    def offer(self, marketplace: str) -> ShownOffer | None:
        """Our offer to everybody on one site."""
        here = [one for one in self.offers if one.marketplace_id == marketplace]
        return next((one for one in here if one.offer_type == "B2C"), None)

    def updated(self, marketplace: str) -> datetime | None:
        """When it changed last (UTC)."""
        summary = self.summary(marketplace)
        return summary.last_updated_date if summary is not None else None

    def parents(self, marketplace: str) -> tuple[str, ...]:
        """The SKUs that it is a variation of."""
        return tuple(sku for one in self._variations(marketplace) for sku in one.parent_skus)

    def children(self, marketplace: str) -> tuple[str, ...]:
        """The SKUs that are its variations."""
        return tuple(sku for one in self._variations(marketplace) for sku in one.child_skus)

    def errors(self) -> tuple[Issue, ...]:
        """What keeps it from being sold; Amazon answers for the sites that were asked for."""
        return tuple(issue for issue in self.issues if issue.severity == "ERROR")

    def _variations(self, marketplace: str) -> list[Relationship]:
        here = (row for row in self.relationships if row.marketplace_id == marketplace)
        return [one for row in here for one in row.relationships if one.type == "VARIATION"]


class SchemaResource(CamelTold):
    """Where a schema lies."""

    resource: str


class SchemaLink(CamelTold):
    """`SchemaLink`: the checksum is the content's MD5 in Base64."""

    link: SchemaResource
    checksum: str


class Version(CamelTold):
    """`ProductTypeVersion`."""

    version: str


class Definition(CamelTold):
    """`ProductTypeDefinition`."""

    product_type: str
    display_name: str = ""
    product_type_version: Version
    schema_link: SchemaLink = Field(alias="schema")


class ProductTypeRow(CamelTold):
    """`ProductType` of a search."""

    name: str
    display_name: str = ""


class ProductTypes(CamelTold):
    """`ProductTypeList`."""

    product_types: tuple[ProductTypeRow, ...] = ()


class CatalogIdentifier(CamelTold):
    """`ItemIdentifier` of the catalogue."""

    identifier_type: str = ""
    identifier: str = ""


class CatalogIdentifiers(CamelTold):
    """`ItemIdentifiersByMarketplace` of the catalogue."""

    marketplace_id: str = ""
    identifiers: tuple[CatalogIdentifier, ...] = ()


class CatalogItem(CamelTold):
    """`Item` of the catalogue."""

    asin: str
    identifiers: tuple[CatalogIdentifiers, ...] = ()


class CatalogItems(CamelTold):
    """`ItemSearchResults` of the catalogue."""

    items: tuple[CatalogItem, ...] = ()


class Reason(CamelTold):
    """`Reason` of a restriction."""

    message: str = ""
    reason_code: str = ""


class Restriction(CamelTold):
    """`Restriction`: it is none when it has no reasons."""

    condition_type: str = ""
    reasons: tuple[Reason, ...] = ()


class Restrictions(CamelTold):
    """`RestrictionList`."""

    restrictions: tuple[Restriction, ...] = ()
