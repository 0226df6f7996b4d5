"""Amazon is asked to tell our queue: once, again after somebody removed it, and by every account of one app."""

from __future__ import annotations

import json

import pytest

from listbridge import registry
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind
from listbridge.infra.calls.tokens import TokenCache
from listbridge.marketplaces.amazon.events import QUEUE
from listbridge.marketplaces.amazon.subscriptions import listen, stop_listening
from simulators.amazon.subscribing import Destination, Subscription
from simulators.faults import Fault
from tests.contract.marketplaces.amazon_seller import DE, AmazonSeller

ARN = "arn:aws:sqs:eu-central-1:123456789012:listbridge-prod-marketplace-events"


@pytest.fixture
def anna() -> AmazonSeller:
    return AmazonSeller()


def destinations(seller: AmazonSeller) -> list[Destination]:
    return list(seller.simulator.world.notifications.destinations.values())


def subscriptions(seller: AmazonSeller) -> list[Subscription]:
    return list(seller.simulator.world.notifications.subscriptions.values())


def test_one_destination_and_a_subscription_for_each_type_that_comes_by_queue(anna: AmazonSeller) -> None:
    listen(anna.http(), ARN)
    [destination] = destinations(anna)
    assert destination.arn == ARN
    told = {one.kind: (one.seller_id, one.destination_id) for one in subscriptions(anna)}
    here = (anna.told["sellerId"], destination.destination_id)
    assert told == {"ORDER_CHANGE": here, "FEED_PROCESSING_FINISHED": here}


def test_asked_again_nothing_changes(anna: AmazonSeller) -> None:
    http = anna.http()
    listen(http, ARN)
    before = (destinations(anna), subscriptions(anna))
    anna.transport.sent.clear()
    listen(http, ARN)
    assert (destinations(anna), subscriptions(anna)) == before
    assert {call.split()[0] for call in anna.calls("/notifications/")} == {"GET"}


def test_what_somebody_removed_is_made_again(anna: AmazonSeller) -> None:
    listen(anna.http(), ARN)
    gone = next(one for one in subscriptions(anna) if one.kind == "ORDER_CHANGE")
    del anna.simulator.world.notifications.subscriptions[gone.subscription_id]
    listen(anna.http(), ARN)
    assert sorted(one.kind for one in subscriptions(anna)) == ["FEED_PROCESSING_FINISHED", "ORDER_CHANGE"]


def test_a_version_that_amazon_does_not_know_is_replaced_by_the_one_that_it_sends(anna: AmazonSeller) -> None:
    listen(anna.http(), ARN)
    world = anna.simulator.world.notifications
    world.subscriptions = {id: one for id, one in world.subscriptions.items() if one.kind == "ORDER_CHANGE"}
    refused = {"errors": [{"code": "InvalidInput", "message": "Invalid payloadVersion", "details": ""}]}
    anna.simulator.faults.add(Fault("createSubscription", "status", status=400, body=refused))
    listen(anna.http(), ARN)
    told = {one.kind: one.payload_version for one in subscriptions(anna)}
    assert told == {"ORDER_CHANGE": "1.0", "FEED_PROCESSING_FINISHED": "1.0"}
    anna.clock.advance(5)
    before = subscriptions(anna)
    listen(anna.http(), ARN)
    assert subscriptions(anna) == before
    stop_listening(anna.http(), ARN, last=True)
    assert (destinations(anna), subscriptions(anna)) == ([], [])


def test_a_subscription_that_leads_to_an_old_queue_leads_to_ours(anna: AmazonSeller) -> None:
    listen(anna.http(), ARN + "-old")
    listen(anna.http(), ARN)
    ours = next(one for one in destinations(anna) if one.arn == ARN)
    assert [one.destination_id for one in subscriptions(anna)] == [ours.destination_id] * 2


def test_all_accounts_of_an_app_share_its_destination(anna: AmazonSeller) -> None:
    berta = anna.simulator.deeds.add_seller("berta", sites=[DE])
    tokens = TokenCache()
    listen(anna.http(tokens=tokens), ARN)
    secret = anna.secret(refresh_token=berta["refreshToken"])
    listen(anna.http(tokens=tokens, secret=secret, seller_id=berta["sellerId"]), ARN)
    assert len(destinations(anna)) == 1
    assert len({one.seller_id for one in subscriptions(anna)}) == 2
    assert anna.calls("/auth/") == ["POST /auth/o2/token"] * 3  # two sellers, and the app once


def test_a_destination_that_another_account_made_a_moment_ago_is_taken(anna: AmazonSeller) -> None:
    """Both looked before either had made it."""
    listen(anna.http(), ARN)
    anna.simulator.world.notifications.subscriptions.clear()
    empty = Fault("getDestinations", "status", status=200, body={"payload": []})
    anna.simulator.faults.add(empty)
    listen(anna.http(), ARN)
    assert (len(destinations(anna)), len(subscriptions(anna))) == (1, 2)


def test_the_calls_about_destinations_carry_the_app_s_own_token(anna: AmazonSeller) -> None:
    listen(anna.http(), ARN)
    tokens = {
        str(one.path_url).rpartition("/")[2].partition("?")[0]: one.headers.get("x-amz-access-token")
        for one in anna.transport.sent
        if "/notifications/" in str(one.url)
    }
    assert tokens["destinations"] not in (None, tokens["ORDER_CHANGE"])
    assert tokens["ORDER_CHANGE"] == tokens["FEED_PROCESSING_FINISHED"]


def test_an_account_that_only_observes_is_told_of_changes_as_well(anna: AmazonSeller) -> None:
    listen(anna.http(observe=True), ARN)
    assert len(subscriptions(anna)) == 2


@pytest.mark.parametrize(("status", "verdict"), [(500, RetryLater), (403, Unauthorized)])
def test_what_amazon_refuses_is_judged(anna: AmazonSeller, status: int, verdict: type[Exception]) -> None:
    body = {"errors": [{"code": "x", "message": "No.", "details": ""}]}
    anna.simulator.faults.add(Fault("createSubscription", "status", status=status, body=body, times=2))
    with pytest.raises(verdict):
        listen(anna.http(), ARN)
    assert subscriptions(anna) == []


def test_what_comes_then_is_understood(anna: AmazonSeller) -> None:
    registry.open_marketplace("amazon", anna.connection()).listen(ARN, "")
    seller = anna.told["sellerId"]
    notifications = anna.simulator.world.notifications
    notifications.publish(
        "FEED_PROCESSING_FINISHED",
        seller,
        {"feedProcessingFinishedNotification": {"sellerId": seller, "feedId": "77", "processingStatus": "DONE"}},
    )
    [told] = notifications.received("FEED_PROCESSING_FINISHED")
    body = json.dumps(told).encode()
    assert QUEUE.addressee(body) == seller
    assert QUEUE.parse(RawRequest("", "", body=body)).hints == (Hint(kind=HintKind.SUBMISSION, id="feed:77"),)


# ---- and no more ----


def test_the_last_account_takes_its_subscriptions_and_the_destination_with_it(anna: AmazonSeller) -> None:
    listen(anna.http(), ARN)
    stop_listening(anna.http(), ARN, last=True)
    assert (destinations(anna), subscriptions(anna)) == ([], [])
    stop_listening(anna.http(), ARN, last=True)


def test_another_account_goes_on_being_told(anna: AmazonSeller) -> None:
    berta = anna.simulator.deeds.add_seller("berta", sites=[DE])
    listen(anna.http(), ARN)
    listen(anna.http(secret=anna.secret(refresh_token=berta["refreshToken"]), seller_id=berta["sellerId"]), ARN)
    stop_listening(anna.http(), ARN, last=False)
    assert {one.seller_id for one in subscriptions(anna)} == {berta["sellerId"]}
    assert [one.arn for one in destinations(anna)] == [ARN]


def test_a_destination_that_a_stranger_is_told_at_stays(anna: AmazonSeller) -> None:
    """Amazon refuses to delete it: another installation of the app uses it too."""
    berta = anna.simulator.deeds.add_seller("berta", sites=[DE])
    listen(anna.http(secret=anna.secret(refresh_token=berta["refreshToken"]), seller_id=berta["sellerId"]), ARN)
    stop_listening(anna.http(), ARN, last=True)
    assert [one.arn for one in destinations(anna)] == [ARN]
    assert len(subscriptions(anna)) == 2


def test_subscriptions_that_lead_to_another_queue_stay(anna: AmazonSeller) -> None:
    listen(anna.http(), ARN + "-old")
    stop_listening(anna.http(), ARN, last=True)
    assert (len(subscriptions(anna)), [one.arn for one in destinations(anna)]) == (2, [ARN + "-old"])


def test_an_account_that_only_observes_takes_its_subscriptions_back_as_well(anna: AmazonSeller) -> None:
    listen(anna.http(observe=True), ARN)
    stop_listening(anna.http(observe=True), ARN, last=True)
    assert (destinations(anna), subscriptions(anna)) == ([], [])


def test_what_is_gone_before_it_is_removed_is_no_failure(anna: AmazonSeller) -> None:
    listen(anna.http(), ARN)
    anna.simulator.faults.add(Fault("deleteSubscriptionById", "status", status=404))
    anna.simulator.faults.add(Fault("deleteDestination", "status", status=404))
    stop_listening(anna.http(), ARN, last=True)
    assert len(subscriptions(anna)) == 1
