"""Messages between the lanes. Every message carries `v`; readers accept v-1 and fields that they do not know."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from listbridge.domain.ids import AccountId, CollectionId, JobId, ProductId, RemoteOrderId, SalesListId, ShopId, Sku
from listbridge.domain.trace import Trace
from listbridge.domain.word import Word

VERSION = 1


class Lane(StrEnum):
    """One queue and the function behind it."""

    SHOP_EVENTS = "shop_events"
    RECOMPUTE = "recompute"
    REVISE = "revise"
    PUBLISH = "publish"
    ORDERS = "orders"
    FULFILLMENTS = "fulfillments"


class HintKind(Word):
    """What a webhook points at. It is only a hint to look: nothing is computed from what it says."""

    PRODUCT = "product"
    INVENTORY_ITEM = "inventory_item"
    VARIANT = "variant"
    COLLECTION = "collection"
    ORDER = "order"  # shipped, cancelled or refunded in the shop; a marketplace's without an id: some order changed
    ORDER_PRODUCTS = "order_products"  # every product of a shop order that has too many to name
    SHOP_GONE = "shop_gone"  # the app was uninstalled: the credentials are dead
    LISTING = "listing"  # of a marketplace, by its SKU
    SUBMISSION = "submission"  # what a marketplace took in and has decided, by what its tickets begin with
    ACCOUNT_GONE = "account_gone"  # a marketplace says that the seller no longer lets us in
    USER = (
        "user"  # a marketplace's user who is to be forgotten, by their fingerprint, for a queue holds no buyer's data
    )


MOST_HINTS = 500
"""Of one delivery. A queue takes 256 KiB a message and a row holds 400 KB, so a scheme points at the whole before it names more."""


class Hint(BaseModel):
    """One thing of the shop to look at, by the shop's own id."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: HintKind
    id: str = ""
    until: datetime | None = None
    """With `user`: when they went (UTC). Nothing that came later is theirs."""


class Message(BaseModel):
    """The root of all messages. Two that ask for the same are equal, whatever brought them."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    v: int = VERSION
    trace: Trace | None = None
    """What brought it about; None in what was sent before there were traces."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._asked() == other._asked()

    def __hash__(self) -> int:
        return hash((type(self), *self._asked()))

    def _asked(self) -> tuple[Any, ...]:
        """The values of all fields but the trace."""
        return tuple(getattr(self, name) for name in type(self).model_fields if name != "trace")


class ShopEvent(Message):
    """Something may have changed in a shop. `confirm` marks the delayed second look (protocol.md#observations)."""

    kind: Literal["shop_event"] = "shop_event"
    shop: ShopId
    delivery: str = ""
    hints: tuple[Hint, ...] = ()
    confirm: bool = False
    received_at: datetime | None = None
    attempt: int = 0


class AccountEvent(Message):
    """A marketplace says that something changed in an account: look again."""

    kind: Literal["account_event"] = "account_event"
    account: AccountId
    delivery: str = ""
    hints: tuple[Hint, ...] = ()
    received_at: datetime | None = None


class MarketplaceNotice(Message):
    """A marketplace has told all of its applications something, and signed it: heed it for every account there."""

    kind: Literal["marketplace_notice"] = "marketplace_notice"
    marketplace: str
    delivery: str
    hints: tuple[Hint, ...] = ()
    received_at: datetime
    looked: bool = False
    """It was heeded before, when an index may not have shown all yet."""


class LearnNoticeKey(Message):
    """A notice is signed with a key that we do not know, or have known for long: ask the marketplace for it."""

    kind: Literal["learn_notice_key"] = "learn_notice_key"
    marketplace: str
    key: str


class Nudge(Message):
    """An account has due listings. `listings` names rows, because an index lags behind the rows."""

    kind: Literal["nudge"] = "nudge"
    account: AccountId
    listings: tuple[str, ...] = ()


class RecomputeChunk(Message):
    """Go on with a job that recomputes many listings."""

    kind: Literal["recompute_chunk"] = "recompute_chunk"
    job: JobId


class MirrorChange(Message):
    """Products or collections of a shop changed: the sales lists that follow its collections look again."""

    kind: Literal["mirror_change"] = "mirror_change"
    shop: ShopId
    products: tuple[ProductId, ...] = ()
    collections: tuple[CollectionId, ...] = ()
    attempt: int = 0


class CheckKind(StrEnum):
    """What a timer looks at, one thing a message: a shop that hangs delays no other."""

    SHOP = "shop"  # its webhooks and its credentials
    ACCOUNT = "account"  # its credentials
    SHOP_ORDERS = "shop_orders"  # which of its orders changed recently
    SHOP_PRODUCTS = "shop_products"  # which of its products changed recently
    FAILED_UPDATES = "failed_updates"  # of an account whose settings changed, or that was connected again
    TWINS = "twins"  # shop orders that stand twice for one marketplace order of this account


class Check(Message):
    """Look at one shop or account. `cursor` carries a look of many pages on."""

    kind: Literal["check"] = "check"
    what: CheckKind
    subject: str
    cursor: str | None = None


class ExportMembers(Message):
    """Look at the members of a sales list that wait to be sent automatically: at these products, or at all. `cursor` carries a
    look at all of many pages on, `epoch` is the timer's right to it, and `seen` how many members the pages before had."""

    kind: Literal["export_members"] = "export_members"
    sales_list: SalesListId
    products: tuple[ProductId, ...] = ()
    epoch: int = 0
    cursor: str | None = None
    seen: int = 0


class PublishKind(StrEnum):
    """What the slow lane does to one product of one sales list."""

    SEND = "send"
    FULL_REVISE = "full_revise"
    STOP = "stop"
    RELIST = "relist"
    LINK = "link"
    ZEROED = "zeroed"  # the marketplace refuses quantity 0: end it now, relist when there is stock


class PublishTask(Message):
    """One product of one sales list to publish, revise in full, end, relist or link."""

    kind: Literal["publish_task"] = "publish_task"
    action: PublishKind
    sales_list: SalesListId
    product: ProductId
    job: JobId | None = None
    attempt: int = 0
    remove: bool = False
    """With stop: take the rows out of the sales list afterwards."""
    only_if_gone: bool = False
    """With stop: only when every variation is proven gone from the shop, for the others still sell."""
    only_if_detached: bool = False
    """With stop: only what is out of its list's collections still, for a product that has returned meanwhile sells again."""
    rehearse: bool = False
    """It tells what it would do, and does not do it: the account only observed when this was asked for, or it is a dry run."""
    dry_run: bool = False
    """With `rehearse`: it is a dry run, which tells only its job."""
    follow_at: datetime | None = None
    """It was taken in by the marketplace, which decides: from then on (UTC) it is asked. No shop is read, no try counted."""
    once: bool = False
    """With `follow_at`: the marketplace has told of it. All else of the task stands with the publication, and its own message
    goes on asking."""
    told_at: datetime | None = None
    """With `follow_at`: when it was taken in, or last told to be undecided still."""
    content_hash: str = ""
    """With `follow_at`: of the content that was sent."""
    on_sale_before: tuple[Sku, ...] = ()
    """With `follow_at`: what buyers could see before, and go on seeing where the marketplace refuses."""
    fix: str = ""
    """With zeroed: what would let the marketplace keep the listing at 0. With `waited_as`: the fix of that hold."""
    only: tuple[Sku, ...] = ()
    """With link: of the product's listings only those with these SKUs; empty for all of them."""
    waited_as: str = ""
    """The hold with which the product waited for this task, where nobody asked for it: it waits so again when the task fails
    for a reason that is not the product's."""


class PublishTogether(Message):
    """Several products of one sales list to send or relist by the same calls, each as a task of its own would.

    It is tried once. What that did not bring to an end goes on alone, so that one product that kills its worker kills no
    other's.
    """

    kind: Literal["publish_together"] = "publish_together"
    action: PublishKind
    sales_list: SalesListId
    products: tuple[ProductId, ...]
    id: str
    """Of this try."""
    job: JobId | None = None

    def alone(self, product: ProductId) -> PublishTask:
        """The task of one of the products."""
        return PublishTask(action=self.action, sales_list=self.sales_list, product=product, job=self.job)


class PollAccount(Message):
    """Ask an account's marketplace for orders that changed. `claim` is the right to do it, taken when this was sent.

    `cursor`, `since`, `began` and `known_until` carry a poll of many pages on. `until` is the schedule's next minute: a poll that is due
    before it is queued by the one before, what is due later by the schedule.
    """

    kind: Literal["poll_account"] = "poll_account"
    account: AccountId
    claim: str
    cursor: str | None = None
    since: datetime | None = None
    began: datetime | None = None
    known_until: datetime | None = None
    until: datetime | None = None


class ImportOrder(Message):
    """Do what is next for one order: take it in, create it in the shop, look for it there, absorb its reservation.

    Only ids travel: a queue never holds a buyer's data.
    """

    kind: Literal["import_order"] = "import_order"
    account: AccountId
    order: RemoteOrderId
    anew: bool = False
    """Read it on the marketplace first: the poll that saw it change could not take that in."""
    due: bool = False
    """The order's time had come when this was sent; by now its row shows when it is to be looked at next."""
    attempt: int = 0
    """How many tries in a row before this one could not read it on the marketplace."""


class RelayOrder(Message):
    """Compare an order in the shop with what the marketplace was told about it, and tell the difference; and back."""

    kind: Literal["relay_order"] = "relay_order"
    account: AccountId
    order: RemoteOrderId
    attempt: int = 0
    """How many tries before this one were broken off by the platform."""


AnyMessage = Annotated[
    ShopEvent
    | AccountEvent
    | MarketplaceNotice
    | LearnNoticeKey
    | Nudge
    | RecomputeChunk
    | MirrorChange
    | Check
    | ExportMembers
    | PublishTask
    | PublishTogether
    | PollAccount
    | ImportOrder
    | RelayOrder,
    Field(discriminator="kind"),
]
