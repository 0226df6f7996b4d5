"""A delivery about products or collections: the lists that follow the shop's collections look again at just these."""

from __future__ import annotations

from listbridge.domain import waiting
from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.ids import ProductId
from listbridge.domain.listings.members import leaves
from listbridge.domain.ports import Missing
from listbridge.domain.verdicts import OutcomeUnknown, RemoteError, RetryLater, Unauthorized
from listbridge.domain.work import Lane, MirrorChange
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.guard import judge_set
from listbridge.services.listings.mirror.membership import Membership
from listbridge.services.listings.mirror.mirror_collections import ask_about, lists_of, mirror_soon

_TRIES = 8
"""After these the timer's reading finds what a delivery told."""


def heed_change(deps: PublishDeps, change: MirrorChange) -> None:
    """Let the lists follow what changed. A shop that cannot answer now is asked again later, and at last by the timer."""
    try:
        shop = deps.configuration.get(Shop, change.shop)
    except Missing:
        return
    if shop.state is not ConnectionState.ACTIVE:
        return
    lists = lists_of(deps, shop.id)
    for sales_list in lists:
        if set(change.collections) & set(sales_list.collections):
            mirror_soon(deps, sales_list)
    if not change.products:
        return
    try:
        for sales_list in lists:
            _follow(deps, Membership.of(deps, sales_list), change.products)
    except Unauthorized as error:
        expire_shop(deps, shop, error.problem)
    except (RetryLater, OutcomeUnknown) as error:
        _again(deps, change, error)


def _follow(deps: PublishDeps, of: Membership, products: tuple[ProductId, ...]) -> None:
    """Ask which of the list's collections these products are in now, and apply to them alone what a reading applies to all."""
    members = ask_about(deps, of, products)
    staying = [member for member in members if member.inside and not leaves(member, of.place)]
    of.settle(staying)
    of.settle([member for member in staying if of.lacks_items(member)], again=True)
    leaving = [member for member in members if leaves(member, of.place)]
    of.settle([member for member in members if not member.inside])
    if not leaving:
        return
    judgement = judge_set(deps, {of.account.id: len(of.live_among(leaving))})
    if judgement.waits:
        mirror_soon(deps, of.sales_list)  # it counts all of them, and asks
        return
    of.release([member.product for member in leaving], lambda member: leaves(member, of.place))


def _again(deps: CoreDeps, change: MirrorChange, error: RemoteError) -> None:
    if change.attempt >= _TRIES:
        return
    now, attempt = deps.clock.now(), change.attempt + 1
    at = waiting.from_now(now, waiting.wait_s(error, attempt, waiting.SHOP_READS, now))
    later = change.model_copy(update={"attempt": attempt})
    deps.queues.send(Lane.RECOMPUTE, later, delay_s=waiting.delay_s(at, now), reason="again_later")
