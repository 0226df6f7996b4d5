"""Shop content to Amazon's items: pure. What Amazon would refuse for certain is told here, by the field where to fix it.

An item is one SKU. A product with options is a parent, which nobody can buy, and a child for each variant. Attributes are
named and shaped by the product type's schema (`schema.TypeSchema`). Sources: listingsItems_2021-08-01
(`ListingsItemPutRequest`), developer-docs.amazon.com/sp-api "Manage product listings" and "Variation relationships" (read
2026-11-28).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from listbridge.domain.catalog import ProductFacts, VariantFacts
from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.listings.product_codes import checked, is_upc
from listbridge.domain.listings.texts import by_https, distinct, shortened, title_of
from listbridge.domain.listings.variations import variant_of
from listbridge.domain.money import Money
from listbridge.domain.ports import FieldProblem
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.infra.mapping.listing_html import ListingHtml
from listbridge.marketplaces.amazon import errors
from listbridge.marketplaces.amazon.manifest import MAX_SKU_LENGTH
from listbridge.marketplaces.amazon.offers.attributes import Rows
from listbridge.marketplaces.amazon.offers.schema import TypeSchema
from listbridge.marketplaces.amazon.offers.themes import Variation, variation_of
from listbridge.marketplaces.amazon.settings import CreationSettings
from listbridge.marketplaces.amazon.sites import SITES, NationalSite

MAX_TITLE, MAX_DESCRIPTION, MAX_BULLET, MAX_BULLETS, MAX_OTHER_PICTURES = 200, 2_000, 500, 5, 8
"""Where the product type's schema names no other; not verified."""
DEFAULT_CHANNEL = "DEFAULT"
"""The seller ships (`FulfillmentAvailability.fulfillmentChannelCode`)."""
RELATIONSHIP = "child_parent_sku_relationship"
FAMILY = frozenset({"parentage_level", "variation_theme", RELATIONSHIP})
"""Attributes that say where an item stands in its family."""
BY_SHOP = frozenset(
    {
        "item_name",
        "brand",
        "product_description",
        "bullet_point",
        "condition_type",
        "externally_assigned_product_identifier",
        "supplier_declared_has_product_identifier_exemption",
        "merchant_suggested_asin",
        "purchasable_offer",
        "fulfillment_availability",
        "list_price",
        "main_product_image_locator",
        *(f"other_product_image_locator_{n}" for n in range(1, MAX_OTHER_PICTURES + 1)),
        *FAMILY,
    }
)
"""Attributes that the shop fills, or other settings of the profile."""
_FIELDS = {
    "item_name": "title",
    "brand": "vendor",
    "product_description": "description",
    "bullet_point": "description",
    "condition_type": "settings.condition",
    "externally_assigned_product_identifier": "barcode",
    "supplier_declared_has_product_identifier_exemption": "settings.without_barcode",
    "merchant_suggested_asin": "settings.asins",
    "purchasable_offer": "price",
    "list_price": "price",
    "fulfillment_availability": "quantity",
    "variation_theme": "settings.variation_theme",
}
_OF_THE_PRODUCT = frozenset({"title", "vendor", "description", "images"})
"""Fields that all variants share."""
_ONE = Decimal(1)
_UNSAFE = "/%\\"
HTML = ListingHtml(hosts=tuple(site.web.removeprefix("https://www") for site in SITES.values()))

Requirements = Literal["LISTING", "LISTING_PRODUCT_ONLY", "LISTING_OFFER_ONLY"]


@dataclass(frozen=True, slots=True)
class Schemas:
    """The schemas of one product type that a product needs: of what is sold, of the parent of variations, of an offer on a
    product that Amazon has."""

    sold: TypeSchema
    parent: TypeSchema | None = None
    offer: TypeSchema | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What is sent of one SKU, without its values."""

    sku: Sku
    schema: TypeSchema
    requirements: Requirements
    attributes: Mapping[str, Any]
    handling_days: int | None = None

    def put(self, site: NationalSite, values: Values | None = None) -> dict[str, Any]:
        """The body of putListingsItem."""
        sold = {} if values is None else self.offer(site, values)
        return {
            "productType": self.schema.name,
            "requirements": self.requirements,
            "attributes": {**self.attributes, **sold},
        }

    def offer(self, site: NationalSite, values: Values) -> dict[str, Any]:
        """The attributes that its price and quantity are. A quantity or price of None is left out."""
        sold: dict[str, Any] = {}
        if values.price is not None:
            sold["purchasable_offer"] = purchasable_offer(site, values.price)
            if "list_price" in self.schema.required:
                rows = Rows(self.schema, site)
                sold["list_price"] = rows.of("list_price", float(values.price.amount), currency=values.price.currency)
        if values.quantity is not None:
            sold["fulfillment_availability"] = availability(values.quantity, self.handling_days)
        return sold

    def patches(self, site: NationalSite, values: Values | None, *, relationship: bool) -> list[dict[str, Any]]:
        """The same as patchListingsItem has it. The relationship to the parent has a limit of its own and is sent only where
        it changes ("Listings Items API rate limits", changelog of 2025-05-06)."""
        sold = {} if values is None else self.offer(site, values)
        kept = FAMILY - {RELATIONSHIP} if relationship else FAMILY
        sent = {name: rows for name, rows in self.attributes.items() if name not in kept}
        ops = [_patch("replace", name, rows) for name, rows in sent.items()]
        merged = "fulfillment_availability"
        return ops + [_patch("merge" if name == merged else "replace", name, rows) for name, rows in sold.items()]


@dataclass(frozen=True, slots=True)
class Content:
    """One product on one site: its items, and everything that is wrong with it, of single SKUs and as a whole."""

    items: Mapping[Sku, Item]
    parent: Item | None
    problems: tuple[FieldProblem, ...]
    options: tuple[str, ...] = ()
    """The attributes by which its variations differ."""

    def of_all(self) -> tuple[FieldProblem, ...]:
        """Problems with which nothing of it can be sold."""
        return tuple(one for one in self.problems if one.sku is None)

    def refused(self) -> dict[Sku, Rejected]:
        """The first problem of each SKU that has any."""
        return {one.sku: Rejected(one.problem) for one in reversed(self.problems) if one.sku is not None}


def purchasable_offer(site: NationalSite, price: Money) -> list[dict[str, Any]]:
    """Our offer to everybody on a site. Its selectors are the store, the currency and the audience."""
    schedule = [{"schedule": [{"value_with_tax": float(price.amount)}]}]
    return [{**offer_selectors(site), "currency": price.currency, "our_price": schedule}]


def offer_selectors(site: NationalSite) -> dict[str, Any]:
    """What tells our offer from others of the same item."""
    return {"marketplace_id": site.marketplace_id, "currency": site.currency, "audience": "ALL"}


def availability(quantity: int, handling_days: int | None = None) -> list[dict[str, Any]]:
    """How many there are in our own stock: one number for all sites of the region."""
    days = {} if handling_days is None else {"lead_time_to_ship_max_days": handling_days}
    return [{"fulfillment_channel_code": DEFAULT_CHANNEL, "quantity": quantity, **days}]


def field_of(attribute: str, options: Collection[str]) -> str:
    """Where a seller fixes an attribute."""
    if "image_locator" in attribute:
        return "images"
    if attribute in options:
        return "options"
    return _FIELDS.get(attribute, f"settings.attributes.{attribute}" if attribute else "")


def each_once(problems: Iterable[FieldProblem]) -> tuple[FieldProblem, ...]:
    """In their order. What is wrong with the whole product is not told of its SKUs again."""
    told: dict[tuple[str, str, str, Sku | None], FieldProblem] = {}
    for one in sorted(problems, key=lambda one: one.sku is not None):
        words = one.problem.params.get("message", "")
        if (one.field, one.problem.code, words, None) not in told:
            told.setdefault((one.field, one.problem.code, words, one.sku), one)
    return tuple(told.values())


def _patch(op: str, name: str, rows: Any) -> dict[str, Any]:
    return {"op": op, "path": f"/attributes/{name}", "value": rows}


def listing_content(
    product: ProductFacts,
    skus: Sequence[Sku],
    settings: CreationSettings,
    site: NationalSite,
    schemas: Schemas,
    *,
    group: RemoteId,
    asins: Mapping[Sku, str],
) -> Content:
    """Everything but quantity and price. `asins` are products of Amazon's catalogue that some of the SKUs are offered on."""
    return _Mapper(product, settings, site, schemas, group, asins).content(skus)


@dataclass(slots=True)
class _Mapper:
    product: ProductFacts
    settings: CreationSettings
    site: NationalSite
    schemas: Schemas
    group: RemoteId
    asins: Mapping[Sku, str]
    problems: list[FieldProblem] = field(default_factory=list)

    def content(self, skus: Sequence[Sku]) -> Content:
        by_sku = {variant.sku: variant for variant in self.product.variants if variant.sku}
        new = [sku for sku in skus if sku not in self.asins]
        variation = self._variation(new, by_sku) if new and self.product.has_options else None
        common = self._common(self.schemas.sold) if new else {}
        items = {}
        for sku in skus:
            item = self._item(sku, by_sku, common, variation)
            if item is not None:
                items[sku] = item
        parent = self._parent(variation) if variation is not None else None
        for one in (parent, *items.values()):
            if one is not None:
                self._unfit(one, None if one is parent else one.sku, variation)
        options = variation.attributes if variation is not None else ()
        return Content(items, parent, each_once(self.problems), options)

    def _item(
        self, sku: Sku, by_sku: Mapping[Sku, VariantFacts], common: Mapping[str, Any], variation: Variation | None
    ) -> Item | None:
        try:
            variant = sellable(sku, by_sku)
        except Rejected as error:
            self._against("sku", error, sku)
            return None
        if variant.price is not None and variant.price.amount <= 0:
            self._against("price", errors.PRICE_TOO_LOW.error(), sku)
        days = self.settings.handling_days
        if sku in self.asins:
            offer = self.schemas.offer or self.schemas.sold
            rows = Rows(offer, self.site)
            given = {
                "merchant_suggested_asin": rows.of("merchant_suggested_asin", self.asins[sku]),
                **self._condition(rows),
            }
            return Item(sku, offer, "LISTING_OFFER_ONLY", given, days)
        rows = Rows(self.schemas.sold, self.site)
        own = {**self._code(rows, variant), **self._pictures(rows, variant)}
        if variation is not None:
            own |= variation.child(rows, variant, str(self.group))
        return Item(sku, self.schemas.sold, "LISTING", {**common, **own}, days)

    def _parent(self, variation: Variation) -> Item:
        schema = self.schemas.parent or self.schemas.sold
        rows = Rows(schema, self.site)
        whole = {**self._common(schema, parent=True), **self._pictures(rows, None), **variation.parent(rows)}
        needless = {*variation.attributes, "condition_type", "supplier_declared_has_product_identifier_exemption"}
        kept = {name: one for name, one in whole.items() if name in schema.attributes and name not in needless}
        return Item(Sku(str(self.group)), schema, "LISTING_PRODUCT_ONLY", kept)

    def _common(self, schema: TypeSchema, *, parent: bool = False) -> dict[str, Any]:
        """What all items of the product say alike: the profile's attributes, and over them the shop's words."""
        rows = Rows(schema, self.site)
        given: dict[str, Any] = {}
        for name, value in self.settings.attributes.items():
            if name in schema.attributes:
                given[name] = rows.given(name, value)
            elif not parent:
                params = {"attributes": name, "message": f"{schema.name} has no attribute {name}"}
                self._against(f"settings.attributes.{name}", errors.ATTRIBUTE_REFUSED.error(params=params))
        return {**given, **self._words(rows), **self._condition(rows)}

    def _words(self, rows: Rows) -> dict[str, Any]:
        schema, product = rows.schema, self.product
        told: dict[str, Any] = {}
        try:
            most = schema.most_characters("item_name", MAX_TITLE)
            told["item_name"] = title_of(product.title, most, truncate=self.settings.truncate_titles)
        except Rejected as error:
            self._against("title", error)
        told["brand"] = shortened(product.vendor.strip() or self.settings.brand, schema.most_characters("brand", 100))
        text = HTML.plain_text(product.description_html, MAX_DESCRIPTION) or " ".join(product.title.split())
        told["product_description"] = shortened(text, schema.most_characters("product_description", MAX_DESCRIPTION))
        filled = {name: rows.of(name, value) for name, value in told.items() if value and name in schema.attributes}
        if "bullet_point" in schema.attributes and "bullet_point" not in self.settings.attributes:
            length = schema.most_characters("bullet_point", MAX_BULLET)
            lines = [shortened(line, length) for line in text.splitlines()]
            most = min(MAX_BULLETS, schema.most_rows("bullet_point", MAX_BULLETS))
            filled["bullet_point"] = rows.all("bullet_point", distinct(lines)[:most])
        return {name: value for name, value in filled.items() if value}

    def _condition(self, rows: Rows) -> dict[str, Any]:
        if "condition_type" not in rows.schema.attributes:
            return {}
        return {"condition_type": rows.of("condition_type", self.settings.condition)}

    def _code(self, rows: Rows, variant: VariantFacts) -> dict[str, Any]:
        """The trade's number of the product. One that is there must be right, even where none is needed."""
        code = checked(variant.barcode)
        if code:
            kind = "upc" if is_upc(code) else "ean"
            return {
                "externally_assigned_product_identifier": rows.of(
                    "externally_assigned_product_identifier", code, type=kind
                )
            }
        if variant.barcode.strip():
            self._against(
                "barcode", errors.BARCODE_REFUSED.error(params={"barcode": variant.barcode.strip()[:40]}), variant.sku
            )
            return {}
        if self.settings.without_barcode == "exempt":
            name = "supplier_declared_has_product_identifier_exemption"
            return {name: rows.of(name, value=True)} if name in rows.schema.attributes else {}
        if "externally_assigned_product_identifier" in rows.schema.attributes:
            self._against("barcode", errors.BARCODE_MISSING.error(), variant.sku)
        return {}

    def _pictures(self, rows: Rows, variant: VariantFacts | None) -> dict[str, Any]:
        own = [variant.image] if variant is not None and variant.image else []
        pictures = by_https([*own, *self.product.images]) or by_https(one.image for one in self.product.variants)
        if not pictures:
            self._against("images", errors.PICTURE_UNREACHABLE.error())
            return {}
        names = ["main_product_image_locator", *(f"other_product_image_locator_{n}" for n in range(1, 9))]
        known = [name for name in names if name in rows.schema.attributes]
        return {
            name: rows.of(name, picture, key="media_location") for name, picture in zip(known, pictures, strict=False)
        }

    def _variation(self, skus: Sequence[Sku], by_sku: Mapping[Sku, VariantFacts]) -> Variation | None:
        try:
            variation = variation_of(self.product, self.settings, self.schemas.sold)
        except Rejected as error:
            kind = error.problem.code == errors.THEMES_NONE.code
            theme = error.problem.code in (errors.THEME_UNKNOWN.code, errors.THEME_MISSING.code)
            option = error.problem.code in (errors.OPTION_UNKNOWN.code, errors.SAME_OPTION.code)
            fixed_in = "settings.variation_theme" if theme else "settings.option_attributes" if option else "options"
            self._against("settings.product_type" if kind else fixed_in, error)
            return None
        for sku, refusal in variation.wrong([by_sku[sku] for sku in skus if sku in by_sku]).items():
            self._against("options", refusal, sku)
        return variation

    def _unfit(self, item: Item, sku: Sku | None, variation: Variation | None) -> None:
        """What the schema says against an item, apart from what was told already."""
        options = variation.attributes if variation is not None else ()
        misplaced = FAMILY if variation is None and self.product.has_options else frozenset[str]()
        values = Values(1, Money(_ONE, self.site.currency))
        sold = {} if item.requirements == "LISTING_PRODUCT_ONLY" else item.offer(self.site, values)
        told = {one.field for one in self.problems if one.sku in (None, sku)}
        for fault in item.schema.faults({**item.attributes, **sold}):
            where = field_of(fault.attribute, options)
            if where in told or fault.attribute in misplaced:
                continue
            row = errors.ATTRIBUTE_MISSING if fault.missing else errors.ATTRIBUTE_REFUSED
            params = {"attributes": fault.attribute, "message": f"{fault.attribute} {fault.words}"}
            problem = row.error(params=params).problem
            if where in ("title", "vendor", "description", "barcode", "options"):
                problem = replace(problem, fix="edit_product_in_shop")
            of = None if where in _OF_THE_PRODUCT or where.startswith("settings.") else sku
            self.problems.append(FieldProblem(where, problem, of))

    def _against(self, where: str, error: RemoteError, sku: Sku | None = None) -> None:
        self.problems.append(FieldProblem(where, error.problem, sku))


def sellable(sku: Sku, by_sku: Mapping[Sku, VariantFacts]) -> VariantFacts:
    """The variant of a SKU that can be a part of an address at Amazon. Raises Rejected for another."""
    if any(sign in _UNSAFE or sign.isspace() for sign in sku):
        raise errors.SKU_REFUSED.error(params={"sku": sku[:80], "max": str(MAX_SKU_LENGTH)})
    return variant_of(sku, by_sku, MAX_SKU_LENGTH, errors.SKU_REFUSED)
