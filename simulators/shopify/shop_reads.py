"""Reading the shop itself, the app's installation and its webhook subscriptions."""

from __future__ import annotations

from typing import Any

from simulators.shopify.catalog.filters import by_id, connection
from simulators.shopify.execution import Resolver
from simulators.shopify.global_ids import gid, number_of
from simulators.shopify.pages import Page

_SHOP: dict[str, Resolver] = {
    "id": lambda one, _: gid("Shop", one.id),
    "myshopifyDomain": lambda one, _: one.domain,
    "currencyCode": lambda one, _: one.currency,
    "ianaTimezone": lambda one, _: one.timezone,
    "url": lambda one, _: f"https://{one.domain}",
    "plan": lambda one, _: {
        "publicDisplayName": one.plan,
        "partnerDevelopment": False,
        "shopifyPlus": one.plan == "Shopify Plus",
    },
}


def _subscriptions(
    _: Any,
    info: Any,
    sortKey: str = "CREATED_AT",
    topics: list[str] | None = None,
    uri: str | None = None,
    format: str | None = None,
    query: str | None = None,
    **window: Any,
) -> Page[Any]:
    rows = [
        one
        for one in info.context.world.subscriptions.all()
        if (not topics or one.topic in topics) and uri in (None, one.uri) and format in (None, one.format)
    ]
    key = by_id if sortKey == "ID" else (lambda one: (one.created_at, one.id))
    return connection(rows, key, info, window)


_SUBSCRIPTION: dict[str, Resolver] = {
    "id": lambda one, _: gid("WebhookSubscription", one.id),
    "legacyResourceId": lambda one, _: one.id,
    "includeFields": lambda one, _: list(one.include_fields),
    "metafieldNamespaces": lambda one, _: list(one.metafield_namespaces),
    "apiVersion": lambda _, info: {
        "handle": info.context.world.webhook_version,
        "displayName": info.context.world.webhook_version,
        "supported": True,
    },
}

_INSTALLATION: dict[str, Resolver] = {
    "id": lambda *_: gid("AppInstallation", 1),
    "accessScopes": lambda _, info: [
        {"handle": scope, "description": scope.replace("_", " ")} for scope in info.context.world.tokens.scopes
    ],
}

SHOP: dict[str, dict[str, Resolver]] = {
    "QueryRoot": {
        "shop": lambda _, info: info.context.shop,
        "currentAppInstallation": lambda _, info: info.context.world,
        "webhookSubscription": lambda _, info, id: info.context.world.subscriptions.rows.get(
            number_of(id, "WebhookSubscription")
        ),
        "webhookSubscriptions": _subscriptions,
        "webhookSubscriptionsCount": lambda _, info, query=None: {
            "count": len(info.context.world.subscriptions.rows),
            "precision": "EXACT",
        },
    },
    "Shop": _SHOP,
    "AppInstallation": _INSTALLATION,
    "WebhookSubscription": _SUBSCRIPTION,
}
