"""`/v1/accounts/{account_id}/problems`, `/automation` and `/differences`: what an account does on its own, what it leaves out and
why, and what it would send."""

from __future__ import annotations

import hashlib
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.fixes import CallView, calls_of
from listbridge.admin.parameters import AccountPath, Cursor
from listbridge.admin.row_ids import item_id, listing_id
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import MoneyView, ProblemView
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId
from listbridge.services.desk import automation, causes, differences, messages
from listbridge.services.desk.causes import Cause, Concerns

router = new_router()
_TAGS = ["accounts"]
_LOOKED_AT = "The most listings to look at for this page."
_NAMES = {
    "quantity": "Quantities follow the shop",
    "price": "Prices follow the shop",
    "mirrored": "Sales lists have the items of their collections",
    "auto_export": "New items of collections are sent",
    "restocked": "What sold out goes on sale again with the stock",
    "zeroed": "What must not show 0 is ended when it sells out",
    "retried": "Updates that failed are tried again",
    "read_back": "The marketplace is read, and what differs is sent again",
    "orders": "Orders are created in the shop",
    "parcels": "The marketplace is told what the shop ships",
}


class CauseView(Shape):
    """Listings that one thing keeps from following the shop: "37 listings: Brand is missing"."""

    cause: str
    """The cause, opaque: the same on every page, so that counts can be added up."""
    count: int
    """How many of the listings that were looked at."""
    text: str
    """The cause and how many it concerns, in words."""
    problem: ProblemView
    """What is wrong, and what would help, as the first of them says it."""
    differ: bool
    """Whether they differ in the numbers or names that the text gives as an example."""
    concerns: Concerns
    """Whose turn it is: the `seller` has to act, `nobody`, for it passes on its own, or it was `chosen` so."""
    listing: str | None
    """The `id` of one of them, as an example; null when it is not about listings."""
    sku: str | None
    """That listing's SKU; null when it is not about listings."""
    fix: list[CallView]
    """Calls that do what helps, for at most 500 of these listings; empty where a person does it elsewhere."""

    @classmethod
    def of(cls, cause: Cause, account: AccountId, *, joint: bool) -> CauseView:
        example = cause.example if cause.named else None
        listings = f"{cause.count} listing" if cause.count == 1 else f"{cause.count} listings"
        return cls(
            cause=hashlib.sha256(cause.key.encode()).hexdigest()[:16],
            count=cause.count,
            text=f"{listings}: {messages.text(cause.problem)}" if example else messages.text(cause.problem),
            problem=ProblemView.of(cause.problem),
            differ=cause.differ,
            concerns=cause.concerns,
            listing=listing_id(example.key) if example else None,
            sku=example.key.sku if example else None,
            fix=calls_of(cause.problem.fix, account, cause.named, joint=joint),
        )


class ProblemsPage(Shape):
    """The causes among the next listings of an account, the largest first. Without a cursor it is the last page."""

    problems: list[CauseView]
    """The causes, the largest first."""
    counted: int
    """How many listings were looked at for this page."""
    following: int
    """How many of these follow the shop."""
    cursor: str | None


class SettingView(Shape):
    """A place where an automation is set."""

    level: str
    """`account` or `sales_list`; what a list says counts more."""
    document: str
    """The id of the account or the list."""
    name: str
    """Its name, for people."""
    on: bool
    """Whether it is on there."""


class AutomationView(Shape):
    """One thing that Listbridge does without being asked."""

    name: str
    """Its name, for programs."""
    text: str
    """What it does, in words."""
    on: bool
    """Whether it is on."""
    default: bool
    """Whether it is on as long as nobody changes that."""
    field: str
    """The field of the account, or of a sales list, that switches it; empty for what cannot be switched."""
    set_in: list[SettingView]
    """Where it is set: on the account, and on each sales list that says something about it; empty for what cannot be switched."""
    did: int | None
    """How often it did something in the last 24 hours; null where that is not counted."""
    waiting: int
    """How many listings, or products of collections, it will do something for when their time or their stock has come."""
    leaves_out: int
    """How many of the listings or orders that were looked at it leaves out."""
    reasons: list[CauseView]
    """Why, by cause, the largest first."""


class AutomationsView(Shape):
    """What happens to an account without anybody asking."""

    account: str
    automations: list[AutomationView]
    """Each automation."""
    counted: int
    """How many listings were looked at."""
    complete: bool
    """Whether these are all of the account's listings."""
    did_complete: bool
    """Whether all of the last 24 hours was counted; otherwise `did` says "at least"."""


class ValuesView(Shape):
    """Quantity and price; null is unknown, or not part of it."""

    quantity: int | None
    """How many units."""
    price: MoneyView | None
    """The price."""


class DifferenceView(Shape):
    """A live listing as the marketplace shows it, and what would be sent."""

    listing: str
    """The listing's `id`."""
    item: str
    """The `id` of the listing's item."""
    sku: str
    title: str
    shown: ValuesView
    """What the marketplace showed when it was looked at last, or took last."""
    would_send: ValuesView
    """What would be sent; null for what stays."""
    zero: bool
    """Whether it would be out of stock there, and is not now."""
    waits_for_align: bool
    """Whether it is sent only when somebody aligns it, or when it changes in the shop."""


class DifferencesView(Shape):
    """What would be sent among the next listings of an account; without a cursor it is the last page."""

    kept_back: ProblemView | None
    """Why nothing is sent now: observe mode, a stop, or the connection; null when it is being sent."""
    differences: list[DifferenceView]
    """The listings that would change; the others show what they should."""
    zeros: int
    """How many of these would be out of stock."""
    counted: int
    """How many listings were looked at for this page."""
    cursor: str | None


@router.get(
    "/accounts/<account_id>/problems",
    summary="What keeps listings from following the shop, by cause",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def list_problems(
    account_id: AccountPath,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=causes.MOST, description=_LOOKED_AT)] = causes.MOST,
) -> ProblemsPage:
    """Groups the account's listings by what keeps them from following the shop. A page looks at up to 2,000 listings; of a larger
    account, add up the counts of the same `cause` over its pages."""
    account = AccountId(account_id)
    found = causes.causes_of(deps_of(router), account, opened(router, cursor), limit)
    joint = _joint(account)
    return ProblemsPage(
        problems=[CauseView.of(one, account, joint=joint) for one in found.causes],
        counted=found.counted,
        following=found.following,
        cursor=sealed(router, found.cursor),
    )


@router.get(
    "/accounts/<account_id>/automation",
    summary="What happens without anybody asking",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def show_automation(account_id: AccountPath) -> AutomationsView:
    """Shows each automation: on or off, its default, where it is set, what it did in 24 hours, and what it leaves out and why.
    Looks at up to 5,000 listings and as many lines of the activity."""
    account = AccountId(account_id)
    found = automation.automations_of(deps_of(router), account)
    joint = _joint(account)
    return AutomationsView(
        account=account,
        automations=[
            AutomationView(
                name=one.name,
                text=_NAMES[one.name],
                on=one.on,
                default=one.default,
                field=one.switch,
                set_in=[
                    SettingView(level=at.level, document=at.document, name=at.name, on=at.on) for at in one.settings
                ],
                did=one.did,
                waiting=one.waiting,
                leaves_out=sum(cause.count for cause in one.left_out),
                reasons=[CauseView.of(cause, account, joint=joint) for cause in one.left_out],
            )
            for one in found.automations
        ],
        counted=found.counted,
        complete=found.all_listings,
        did_complete=found.all_done,
    )


@router.get(
    "/accounts/<account_id>/differences",
    summary="What would be sent if the account were written to now",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def list_differences(
    account_id: AccountPath,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=differences.MOST, description=_LOOKED_AT)] = differences.MOST,
) -> DifferencesView:
    """Shows what observe mode or a stop keeps back, listing by listing: look at it before the account goes live, or is resumed. A
    page looks at up to 2,000 listings."""
    deps = deps_of(router)
    account = deps.configuration.get(Account, account_id)
    found = differences.differences_of(deps, account.id, opened(router, cursor), limit)
    views = [
        DifferenceView(
            listing=listing_id(one.listing.key),
            item=item_id(one.listing.variant),
            sku=one.listing.key.sku,
            title=one.listing.title,
            shown=ValuesView(quantity=one.shown.quantity, price=MoneyView.of(one.shown.price)),
            would_send=ValuesView(quantity=one.would_send.quantity, price=MoneyView.of(one.would_send.price)),
            zero=one.zero,
            waits_for_align=one.waits_for_align,
        )
        for one in found.differences
    ]
    return DifferencesView(
        kept_back=ProblemView.maybe(differences.kept_back(account)),
        differences=views,
        zeros=sum(one.zero for one in found.differences),
        counted=found.counted,
        cursor=sealed(router, found.cursor),
    )


def _joint(account: AccountId) -> bool:
    """Whether the marketplace's updates carry quantity and price, so that both are switched together."""
    deps = deps_of(router)
    return deps.marketplaces.traits(deps.configuration.get(Account, account)).joint_updates
