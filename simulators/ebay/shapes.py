"""The types that eBay's gateway insists on before it lets a request body through.

A shape is a type, a list of one shape, or a dict of shapes by name; names that a shape does not know pass unread, for
eBay ignores them too. Field types from sell_inventory 1.18.4, sell_account 1.9.3 and sell_fulfillment 1.20.7.
"""

from __future__ import annotations

from typing import Any

from simulators.ebay.errors import not_serializable

Shape = Any
_AMOUNT = {"value": str, "currency": str}
_SHIP_TO = {"quantity": int}
_ITEM = {
    "availability": {"shipToLocationAvailability": _SHIP_TO},
    "condition": str,
    "conditionDescription": str,
    "conditionDescriptors": [{"name": str, "values": [str], "additionalInfo": str}],
    "packageWeightAndSize": dict,
    "product": {
        "title": str,
        "subtitle": str,
        "description": str,
        "brand": str,
        "mpn": str,
        "aspects": dict,
        "imageUrls": [str],
        "ean": [str],
        "upc": [str],
        "isbn": [str],
    },
}
_CONTACT = {
    "companyName": str,
    "addressLine1": str,
    "addressLine2": str,
    "city": str,
    "stateOrProvince": str,
    "postalCode": str,
    "country": str,
    "email": str,
    "phone": str,
    "contactUrl": str,
}
_OFFER = {
    "availableQuantity": int,
    "categoryId": str,
    "listingDescription": str,
    "listingDuration": str,
    "merchantLocationKey": str,
    "listingStartDate": str,
    "quantityLimitPerBuyer": int,
    "lotSize": int,
    "hideBuyerDetails": bool,
    "secondaryCategoryId": str,
    "regulatory": {
        "documents": [{"documentId": str}],
        "manufacturer": _CONTACT,
        "responsiblePersons": [{**_CONTACT, "types": [str]}],
        "productSafety": {"component": str, "pictograms": [str], "statements": [str]},
    },
    "storeCategoryNames": [str],
    "tax": {"applyTax": bool, "thirdPartyTaxCategory": str, "vatPercentage": (int, float)},
    "pricingSummary": {"price": _AMOUNT, "auctionStartPrice": _AMOUNT, "auctionReservePrice": _AMOUNT},
    "listingPolicies": {
        "fulfillmentPolicyId": str,
        "paymentPolicyId": str,
        "returnPolicyId": str,
        "bestOfferTerms": {"bestOfferEnabled": bool},
    },
    "includeCatalogProductDetails": bool,
}
_NEW_OFFER = {**_OFFER, "sku": str, "marketplaceId": str, "format": str}
_GROUP = {
    "title": str,
    "subtitle": str,
    "description": str,
    "aspects": dict,
    "imageUrls": [str],
    "variantSKUs": [str],
    "variesBy": {"specifications": [{"name": str, "values": [str]}], "aspectsImageVariesBy": [str]},
}
_NAMED_GROUP = {"inventoryItemGroupKey": str, "marketplaceId": str}
_OFFER_KEY = {"offerId": str}
_PRICE_QUANTITY = {
    "sku": str,
    "shipToLocationAvailability": _SHIP_TO,
    "offers": [{"offerId": str, "availableQuantity": int, "price": _AMOUNT}],
}
_REFUND = {
    "reasonForRefund": str,
    "comment": str,
    "orderLevelRefundAmount": _AMOUNT,
    "refundItems": [
        {
            "lineItemId": str,
            "refundAmount": _AMOUNT,
            "legacyReference": {"legacyItemId": str, "legacyTransactionId": str},
        }
    ],
}
_PARCEL = {
    "lineItems": [{"lineItemId": str, "quantity": int}],
    "shippedDate": str,
    "shippingCarrierCode": str,
    "trackingNumber": str,
}

# operationId -> the shape of its request body; an operation that is missing here reads no body
SHAPES: dict[str, Shape] = {
    "createOrReplaceInventoryItem": _ITEM,
    "bulkCreateOrReplaceInventoryItem": {"requests": [{**_ITEM, "sku": str, "locale": str}]},
    "bulkGetInventoryItem": {"requests": [{"sku": str}]},
    "createOrReplaceInventoryItemGroup": _GROUP,
    "createOffer": _NEW_OFFER,
    "updateOffer": _OFFER,
    "bulkCreateOffer": {"requests": [_NEW_OFFER]},
    "bulkPublishOffer": {"requests": [_OFFER_KEY]},
    "getListingFees": {"offers": [_OFFER_KEY]},
    "publishOfferByInventoryItemGroup": _NAMED_GROUP,
    "withdrawOfferByInventoryItemGroup": _NAMED_GROUP,
    "bulkUpdatePriceQuantity": {"requests": [_PRICE_QUANTITY]},
    "createInventoryLocation": {
        "location": {"address": {"postalCode": str, "country": str, "city": str, "stateOrProvince": str}},
        "name": str,
        "locationTypes": [str],
        "merchantLocationStatus": str,
    },
    "bulkMigrateListing": {"requests": [{"listingId": str}]},
    "createInventoryTask": {"feedType": str, "schemaVersion": str, "filterCriteria": {"listingFormat": str}},
    "optInToProgram": {"programType": str},
    "optOutOfProgram": {"programType": str},
    "createShippingFulfillment": _PARCEL,
    "issueRefund": _REFUND,
}


def refuse_misshapen(value: Any, shape: Shape, path: str = "") -> None:
    """Raises 400 (2004, the field named) for a value of another type than its shape. null counts as absent."""
    if value is None:
        return
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise not_serializable(path)
        for entry in value:
            if entry is None:
                raise not_serializable(path)
            refuse_misshapen(entry, shape[0], path)
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            raise not_serializable(path or "body")
        for name, inner in shape.items():
            refuse_misshapen(value.get(name), inner, f"{path}.{name}" if path else name)
    elif not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
        raise not_serializable(path)
