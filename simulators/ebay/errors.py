"""eBay's error answers: `{"errors": [{errorId, domain, category, message, ...}]}`, ids from the official documents.

Sources: `x-response-codes` of sell_inventory 1.18.4, sell_account 1.9.3, sell_fulfillment 1.20.7, sell_metadata 1.11.1
commerce_taxonomy 1.1.0 and commerce_notification 1.6.7; the ids below 4000 are eBay's common errors (developer guide, "Common errors").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_INVENTORY = "API_INVENTORY"
_ACCOUNT = "API_ACCOUNT"
_ORDERS = "API_FULFILLMENT"
_FEED = "API_FEED"
_NOTICES = "API_NOTIFICATION"
_TITLE_CASE = frozenset({_ACCOUNT, "API_TAXONOMY", "API_METADATA"})
"""Services that write "Request" where others write "REQUEST". That both spellings are met is known, not which writes which."""

# errorId -> (domain, category, message). Ids whose text is open in the documents say what happened in their parameters.
_CATALOGUE: dict[int, tuple[str, str, str]] = {
    1001: ("OAuth", "REQUEST", "Invalid access token"),
    1002: ("OAuth", "REQUEST", "Missing access token"),
    1003: ("OAuth", "REQUEST", "Token type in the Authorization header is invalid"),
    1100: ("OAuth", "REQUEST", "Access denied"),
    2001: ("ACCESS", "REQUEST", "Too many requests."),
    2002: ("ACCESS", "REQUEST", "Resource not resolved"),
    2003: ("ACCESS", "APPLICATION", "Internal error"),
    2004: ("ACCESS", "REQUEST", "Invalid request"),
    20401: (_ACCOUNT, "REQUEST", "Missing field."),
    20403: (_ACCOUNT, "REQUEST", "Invalid field."),
    20404: (_ACCOUNT, "REQUEST", "Not found."),
    25001: (_INVENTORY, "APPLICATION", "A system error has occurred."),
    25002: (_INVENTORY, "REQUEST", "A user error has occurred."),
    25003: (_INVENTORY, "REQUEST", "Invalid price."),
    25004: (_INVENTORY, "REQUEST", "Invalid quantity."),
    25005: (_INVENTORY, "REQUEST", "Invalid category."),
    25006: (_INVENTORY, "REQUEST", "Invalid listing option."),
    25007: (_INVENTORY, "REQUEST", "Invalid Shipping policy information."),
    25008: (_INVENTORY, "REQUEST", "Invalid Payment policy information."),
    25009: (_INVENTORY, "REQUEST", "Invalid Return policy information."),
    25011: (_INVENTORY, "REQUEST", "Invalid tax information."),
    25012: (_INVENTORY, "REQUEST", "Invalid location."),
    25013: (_INVENTORY, "REQUEST", "Invalid data in the Inventory Item Group."),
    25014: (_INVENTORY, "REQUEST", "Invalid pictures."),
    25015: (_INVENTORY, "REQUEST", "Invalid picture URL."),
    25016: (_INVENTORY, "REQUEST", "Invalid field."),
    25017: (_INVENTORY, "REQUEST", "Missing information in fields."),
    25018: (_INVENTORY, "REQUEST", "Incomplete account information."),
    25019: (_INVENTORY, "REQUEST", "Cannot revise the listing."),
    25021: (_INVENTORY, "REQUEST", "Invalid condition information."),
    25022: (_INVENTORY, "REQUEST", "Invalid attribute."),
    25024: (_INVENTORY, "REQUEST", "Invalid Best Offer information."),
    25025: (_INVENTORY, "APPLICATION", "Concurrent access of Inventory or InventoryItemGroup. Please try again later"),
    25026: (_INVENTORY, "REQUEST", "Selling limits exceeded."),
    25029: (_INVENTORY, "REQUEST", "A field is required for this category."),
    25096: (_INVENTORY, "REQUEST", "This listing is on hold due to a policy violation. You may revise it."),
    25097: (_INVENTORY, "REQUEST", "This listing is on hold due to a policy violation; no revision is possible."),
    25076: (_INVENTORY, "REQUEST", "Regulatory ID(s) not found. Please use valid ID(s)."),
    25080: (_INVENTORY, "REQUEST", "The value of a field is invalid. Field must not exceed its length."),
    25088: (_INVENTORY, "REQUEST", "The email address provided is formatted incorrectly."),
    25104: (_INVENTORY, "REQUEST", "Regulatory document ID(s) not found. Please use valid ID(s)."),
    25108: (_INVENTORY, "REQUEST", "Product Safety structure incorrect."),
    25109: (
        _INVENTORY,
        "REQUEST",
        "Product safety information incomplete. Your listing must include pictograms or safety statements.",
    ),
    25110: (_INVENTORY, "REQUEST", "Manufacturer address information is incomplete."),
    25111: (_INVENTORY, "REQUEST", "Manufacturer information is incomplete. Please provide the company name."),
    25112: (_INVENTORY, "REQUEST", "Responsible Person structure incorrect."),
    25113: (_INVENTORY, "REQUEST", "Responsible Person address information is incomplete."),
    25114: (_INVENTORY, "REQUEST", "Responsible Person information is incomplete. Please provide the company name."),
    25115: (
        _INVENTORY,
        "REQUEST",
        "Either the Manufacturer or at least one of the Responsible Persons must be located in the EU.",
    ),
    25116: (_INVENTORY, "REQUEST", "Please provide a minimum and a maximum of types for a Responsible Person."),
    25118: (_INVENTORY, "REQUEST", "Seller must provide at least one form of contact info for Manufacturer."),
    25119: (_INVENTORY, "REQUEST", "Seller must provide at least one form of contact info for Responsible Person."),
    25122: (_INVENTORY, "REQUEST", "The contact URL is incorrectly formatted."),
    25402: (_INVENTORY, "APPLICATION", "System warning."),
    25604: (_INVENTORY, "REQUEST", "Input error."),
    25701: (_INVENTORY, "REQUEST", "These SKU(s) are not in the system"),
    25702: (_INVENTORY, "REQUEST", "The SKU is not available in the system"),
    25703: (_INVENTORY, "REQUEST", "The SKU is already a member of another group."),
    25704: (_INVENTORY, "REQUEST", "The SKU is already listed as a single SKU listing."),
    25705: (_INVENTORY, "REQUEST", "The Inventory Item Group could not be found or is not available in the system."),
    25706: (_INVENTORY, "REQUEST", "You have provided invalid pagination values."),
    25707: (_INVENTORY, "REQUEST", "Invalid sku. sku has to be alphanumeric with upto 50 characters in length"),
    25708: (_INVENTORY, "REQUEST", "Invalid sku"),
    25709: (_INVENTORY, "REQUEST", "Invalid request."),
    25710: (_INVENTORY, "REQUEST", "We didn't find the entity you are requesting. Please verify the request"),
    25713: (_INVENTORY, "REQUEST", "This Offer is not available."),
    25717: (_INVENTORY, "REQUEST", "Invalid pictures."),
    25718: (_INVENTORY, "REQUEST", "Cannot migrate listing."),
    25725: (_INVENTORY, "REQUEST", "No offer found"),
    25727: (_INVENTORY, "REQUEST", "Too many InventoryItems in the request."),
    25728: (_INVENTORY, "REQUEST", "InventoryItems should be unique in the request."),
    25729: (_INVENTORY, "REQUEST", "The combination of SKU, marketplaceId and format should be unique."),
    25730: (_INVENTORY, "REQUEST", "Too many offers in the request."),
    25731: (_INVENTORY, "REQUEST", "OfferId should be unique in the request."),
    25732: (_INVENTORY, "REQUEST", "Offers of SKUs in a variation group cannot be published using this endpoint."),
    25733: (_INVENTORY, "REQUEST", "Valid SKU and locale are required for all the InventoryItems in the request."),
    25734: (_INVENTORY, "REQUEST", "SKU should be unique in the request."),
    25735: (_INVENTORY, "REQUEST", "Invalid SKU, marketplaceId or format."),
    25752: (_INVENTORY, "REQUEST", "listingStartDate provided is invalid."),
    25754: (_INVENTORY, "REQUEST", "One or more provided offerId(s) are invalid."),
    25758: (
        _INVENTORY,
        "REQUEST",
        "auctionStartPrice and auctionReservePrice are not supported for fixed price offer.",
    ),
    25759: (
        _INVENTORY,
        "REQUEST",
        "shipToLocationAvailability quantity value should be greater than or equal to auction allocation.",
    ),
    25801: (_INVENTORY, "REQUEST", "Missing field."),
    25802: (_INVENTORY, "REQUEST", "Input error."),
    25803: (_INVENTORY, "REQUEST", "The merchantLocationKey already exists."),
    25805: (_INVENTORY, "REQUEST", "The merchantLocationKey was not found."),
    30700: (_ORDERS, "REQUEST", "Invalid filter name"),
    30800: (_ORDERS, "REQUEST", "Invalid filter value"),
    30810: (_ORDERS, "REQUEST", "Invalid date format"),
    30820: (_ORDERS, "REQUEST", "Start date is missing"),
    30830: (_ORDERS, "REQUEST", "The time range must be within two years."),
    30840: (_ORDERS, "REQUEST", "Start date should be before end date"),
    30850: (_ORDERS, "REQUEST", "Start and end dates can't be in the future"),
    30900: (_ORDERS, "REQUEST", "Exceeded maximum number of order IDs (the current limit is 50)"),
    31000: (_ORDERS, "REQUEST", "Invalid offset"),
    31100: (_ORDERS, "REQUEST", "Invalid limit"),
    32100: (_ORDERS, "REQUEST", "Invalid order ID"),
    32110: (_ORDERS, "REQUEST", "Invalid shipping fulfillment ID"),
    32200: (_ORDERS, "REQUEST", "Invalid line item id"),
    32210: (_ORDERS, "REQUEST", "Duplicate line item in the request"),
    32300: (_ORDERS, "REQUEST", "Invalid shipment tracking number or carrier"),
    32500: (_ORDERS, "REQUEST", "Invalid shipped date"),
    32600: (_ORDERS, "REQUEST", "Invalid input data"),
    32800: (_ORDERS, "REQUEST", "Invalid field group"),
    34902: (_ORDERS, "REQUEST", "Request can't be empty."),
    34903: (_ORDERS, "REQUEST", "The refund reason must be specified."),
    34905: (_ORDERS, "REQUEST", "Either orderLevelRefundAmount or refundItems must be specified."),
    34906: (_ORDERS, "REQUEST", "The amount value must be specified."),
    34907: (_ORDERS, "REQUEST", "The amount value must be positive and within two decimals."),
    34908: (_ORDERS, "REQUEST", "The amount currency must be specified."),
    34909: (_ORDERS, "REQUEST", "The amount currency isn't correct."),
    34910: (_ORDERS, "REQUEST", "Either legacyReference or lineItemId must be specified for item level refund."),
    34911: (_ORDERS, "REQUEST", "Legacy item id must be specified for item level refund if you use legacyReference."),
    34912: (
        _ORDERS,
        "REQUEST",
        "Legacy transaction id must be specified for item level refund if you use legacyReference.",
    ),
    34913: (_ORDERS, "REQUEST", "Can not find the order."),
    34914: (_ORDERS, "REQUEST", "Can't find the item in the order."),
    34915: (_ORDERS, "REQUEST", "The refund amount exceeds order amount."),
    34917: (_ORDERS, "BUSINESS", "This order was already refunded."),
    34921: (
        _ORDERS,
        "REQUEST",
        "The comment exceeds the length limit, please make sure it doesn't exceed 1000 characters.",
    ),
    34922: (_ORDERS, "REQUEST", "Refund can't be issued while previous refund is processing."),
    34924: (_ORDERS, "BUSINESS", "The item refund amount exceeds the item remaining amount."),
    34929: (_ORDERS, "REQUEST", "You cannot refund this order yet since the buyer payment has not been processed."),
    46001: ("API_METADATA", "REQUEST", "The specified marketplace ID was not found."),
    46002: ("API_METADATA", "REQUEST", "The filter value is invalid."),
    160001: (_FEED, "APPLICATION", "There was a problem with an eBay internal system or process."),
    160003: (_FEED, "REQUEST", "Task does not exist."),
    160014: (_FEED, "REQUEST", "No file found for task ID."),
    160017: (_FEED, "REQUEST", "The 'feedType' is missing or invalid."),
    160018: (_FEED, "REQUEST", "The 'schemaVersion' is invalid."),
    160019: (_FEED, "REQUEST", "The 'filterCriteria' is invalid."),
    160025: (_FEED, "BUSINESS", "You have exceeded the maximum number of tasks that can be created in the period."),
    160027: (_FEED, "REQUEST", "The X-EBAY-C-MARKETPLACE-ID header is missing or invalid."),
    62002: ("API_TAXONOMY", "REQUEST", "Missing marketplace ID."),
    62003: ("API_TAXONOMY", "REQUEST", "The specified marketplace ID was not found."),
    62004: ("API_TAXONOMY", "REQUEST", "The specified category tree ID was not found."),
    62005: ("API_TAXONOMY", "REQUEST", "The specified category ID does not belong to specified category tree."),
    62006: ("API_TAXONOMY", "REQUEST", "Missing category ID."),
    62007: ("API_TAXONOMY", "REQUEST", "Missing keyword 'q'."),
    195001: (_NOTICES, "REQUEST", "The specified key id is invalid."),
    195002: (_NOTICES, "REQUEST", "Invalid or missing topic id."),
    195003: (_NOTICES, "REQUEST", "Please provide configurations required for notifications. Refer to /config"),
    195004: (_NOTICES, "REQUEST", "Invalid limit. Supported ranges 10 - 100."),
    195005: (_NOTICES, "REQUEST", "Invalid continuation token."),
    195006: (_NOTICES, "REQUEST", "Invalid or missing subscription status."),
    195007: (_NOTICES, "REQUEST", "Invalid or missing destination id."),
    195008: (_NOTICES, "REQUEST", "Invalid or missing schema version."),
    195009: (_NOTICES, "REQUEST", "Specified format is not supported for the topic."),
    195010: (_NOTICES, "REQUEST", "Invalid or missing protocol"),
    195011: (_NOTICES, "REQUEST", "Not authorized for this topic."),
    195012: (_NOTICES, "REQUEST", "Subscription already exists"),
    195013: (_NOTICES, "REQUEST", "Invalid or missing subscription id."),
    195015: (_NOTICES, "REQUEST", "The subscription cannot be enabled since the destination is not enabled."),
    195016: (_NOTICES, "REQUEST", "Invalid name. Markups or lengths greater than 64 not supported"),
    195017: (_NOTICES, "REQUEST", "Invalid or missing endpoint."),
    195018: (_NOTICES, "REQUEST", "Invalid or missing destination status. Supported values:[ENABLED,DISABLED]"),
    195019: (_NOTICES, "REQUEST", "Invalid or missing verification token for this endpoint."),
    195020: (_NOTICES, "REQUEST", "Challenge verification failed for requested endpoint"),
    195021: (_NOTICES, "REQUEST", "Destination exists for this endpoint"),
    195022: (_NOTICES, "REQUEST", "Invalid or missing destination id."),
    195025: (_NOTICES, "REQUEST", "Invalid or missing email."),
    195026: (_NOTICES, "APPLICATION", "Configuration Not Found."),
    195027: (_NOTICES, "REQUEST", "Invalid or missing topic id."),
    62009: ("API_TAXONOMY", "REQUEST", "The specified category ID must be a leaf category."),
}


class EbayError(Exception):
    """A refusal: the HTTP status, and the error as eBay writes it.

    `parameters` become `[{"name", "value"}]`; `detail` is appended to the message, as eBay appends its additionalInfo.
    """

    def __init__(
        self, error_id: int, detail: str = "", *, status: int = 400, parameters: Mapping[str, str] | None = None
    ) -> None:
        self.error_id = error_id
        self.status = status
        self.entry = error_entry(error_id, detail, parameters)
        super().__init__(f"{error_id} {self.entry['message']}")

    def body(self) -> dict[str, Any]:
        """The whole answer."""
        return {"errors": [self.entry]}


def error_entry(error_id: int, detail: str = "", parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One entry of `errors` or `warnings`. Raises KeyError for an id that the catalogue lacks."""
    domain, category, message = _CATALOGUE[error_id]
    if domain in _TITLE_CASE:
        category = category.capitalize()
    text = f"{message} {detail}".strip()
    entry: dict[str, Any] = {
        "errorId": error_id,
        "domain": domain,
        "category": category,
        "message": text,
        "longMessage": text,
    }
    if domain == _INVENTORY:
        entry["subdomain"] = "Selling"
    if parameters:
        entry["parameters"] = [{"name": name, "value": value} for name, value in parameters.items()]
    return entry


def not_serializable(field: str) -> EbayError:
    """The gateway's refusal of a value of the wrong type or outside its enumeration (2004, field named)."""
    return EbayError(2004, parameters={"reason": f"Could not serialize field [{field}]"})
