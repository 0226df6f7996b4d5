"""What follows from what a marketplace tells all of its applications: somebody is forgotten, or every account there is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ports import NoticeKey
from listbridge.domain.verdicts import NotFound, RemoteError
from listbridge.domain.work import AccountEvent, HintKind, Lane, LearnNoticeKey, MarketplaceNotice
from listbridge.services.deps import CoreDeps, InboxDeps
from listbridge.services.inbox.look_again import look_again
from listbridge.services.orders.erase_buyers import forget_user

_AGAIN_S = 300


def heed_notice(deps: InboxDeps, notice: MarketplaceNotice) -> None:
    """Forget whom it names, and look again at all accounts of the marketplace for whatever else it says: what it says of them is not
    believed, so it does not matter whom it names.

    Whom it names is looked for a second time a little later: the index by which orders are found lags, and somebody who read an order
    before may just be keeping it. A repeat counts as new only after all is done: until then this message comes back, should its worker die.
    """
    users = tuple(hint for hint in notice.hints if hint.kind is HintKind.USER)
    for hint in users:
        forget_user(deps, hint.id, until=hint.until or notice.received_at)
    if notice.looked:
        return
    if users:
        again = notice.model_copy(update={"hints": users, "looked": True})
        deps.queues.send(Lane.ORDERS, again, delay_s=_AGAIN_S, reason="again_later")
    others = tuple(hint for hint in notice.hints if hint.kind is not HintKind.USER)
    for account in _accounts(deps, notice.marketplace) if others else ():
        look_again(deps, AccountEvent(account=account.id, hints=others, received_at=notice.received_at))
    deps.inbox.taken([(notice.marketplace, notice.delivery)])


def learn_notice_key(deps: InboxDeps, asked: LearnNoticeKey) -> None:
    """Ask the marketplace, by any account's app, for the key that a notice names.

    Where it cannot be asked now nothing is kept: the marketplace sends the notice again, and the door asks again.
    """
    absent = False
    for account in _accounts(deps, asked.marketplace):
        try:
            pem = deps.marketplaces.open(account).notice_key(asked.key)
        except NotFound:
            absent = True  # an account of the sandbox, perhaps, where other keys are
            continue
        except RemoteError:
            continue
        deps.notice_keys.put(NoticeKey(asked.marketplace, asked.key, pem, deps.clock.now()))
        return
    if absent:
        deps.notice_keys.put(NoticeKey(asked.marketplace, asked.key, "", deps.clock.now()))


def _accounts(deps: CoreDeps, marketplace: str) -> Iterator[Account]:
    for account in deps.configuration.all(Account):
        if account.marketplace == marketplace and account.state is ConnectionState.ACTIVE:
            yield account
