"""The part of the Notification API that an application needs to check what it is told (commerce_notification 1.6.7)."""

from __future__ import annotations

from simulators.ebay.errors import EbayError
from simulators.ebay.offers.taxonomy import APPLICATION
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.wire import Reply


def public_key(world: World, call: Call) -> Reply:
    with world.lock:
        key = world.notices.keys.public(call.parameters["public_key_id"])
    if key is None:
        raise EbayError(195001, status=404)
    return Reply(200, {"key": key, "algorithm": "ECDSA", "digest": "SHA1"})


OPERATIONS = (
    Operation(
        "getPublicKey",
        "GET",
        "/commerce/notification/v1/public_key/{public_key_id}",
        public_key,
        "commerce.notification",
        APPLICATION,
    ),
)
