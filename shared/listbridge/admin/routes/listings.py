"""`/v1/listings`: the ledger, row by row, and why each row is as it is."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import actor_of, deps_of, new_router
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.parameters import LIMIT, Cursor, ListingPath, OfAccount
from listbridge.admin.row_ids import item_id, listing_key, order_id
from listbridge.admin.schemas import SwitchesBody
from listbridge.admin.shape import Shape
from listbridge.admin.views.activity import ActivityView
from listbridge.admin.views.documents import ListingView, MoneyView, ProblemView, TraceView
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import AccountId, SalesListId
from listbridge.domain.listings.listing import Status
from listbridge.domain.listings.listing_filter import ListingFilter
from listbridge.domain.money import Money
from listbridge.services.configuration.switches import switch_item
from listbridge.services.desk import messages
from listbridge.services.desk.deciding_rules import DecidingRule
from listbridge.services.desk.explain_listing import Explanation, FieldStory, explain_listing
from listbridge.services.desk.explain_order import HeldStock
from listbridge.services.desk.overview import page_of_listings

router = new_router()
_TAGS = ["listings"]


class ListingsPage(Shape):
    """A page of listings; without a cursor it is the last. A page may be short, or empty, before the last."""

    listings: list[ListingView]
    """The listings of this page."""
    cursor: str | None


class StoryView(Shape):
    """One number from the shop to the marketplace; what is null is unknown, or never happened."""

    computed: int | MoneyView | None
    """What the rules give; null is unknown."""
    trace: list[TraceView]
    """The steps from the shop's number to the computed one."""
    sent: int | MoneyView | None
    """What was sent last; null is unknown, or never."""
    accepted: int | MoneyView | None
    """What the marketplace accepted last; null is unknown, or never."""
    seen: int | MoneyView | None
    """What the marketplace showed when it was last looked at; null is unknown, or never."""
    reason: ProblemView | None
    """Why this number is not updated now; null when it is."""
    sentence: str
    """All of this in a sentence, for people."""


class ReservationView(Shape):
    """Units that an order's line holds of the listing's variant. `absorbed`: the shop's own number counts them by now."""

    id: str
    """The order's `id`."""
    account: str
    """The id of the account that sold it."""
    order: str
    """The marketplace's own order id."""
    line: str
    """The id of the order's line."""
    item: str
    """The id of the item whose variant it holds."""
    quantity: int
    """How many units the line holds."""
    absorbed: bool
    """Whether the shop's own number already counts these units, so that the order holds nothing more."""
    sentence: str
    """The same in a sentence, for people."""

    @classmethod
    def of(cls, held: HeldStock) -> ReservationView:
        return cls(
            id=order_id(held.order),
            account=held.order.account,
            order=held.order.remote,
            line=held.line,
            item=item_id(held.variant.key),
            quantity=held.quantity,
            absorbed=held.absorbed,
            sentence=messages.text(held.story),
        )


class DecidingRuleView(Shape):
    """A rule, or a switch, that decided about the listing."""

    rule: str
    """What it decides: `quantity`, `price`, or whether they follow the shop (`auto_quantity`, `auto_price`)."""
    level: str
    """Where it is set, the nearest that has one: `item`, `sales_list`, `profile`, `account`, or `default` where nobody set it."""
    document: str
    """The id of the list, profile or account that it is set on; empty for the default, and for an item's own switch."""
    name: str
    """Its name, for people; empty for the default."""
    version: int | None
    """The document's `rev` from which the listing was computed; null where there is none, or while it is not computed."""
    newest: int | None
    """The document's `rev` now: if it is higher, the edit is on its way to the listing. Null where there is none."""

    @classmethod
    def of(cls, rule: DecidingRule) -> DecidingRuleView:
        return cls(
            rule=rule.rule,
            level=rule.level,
            document=rule.document,
            name=rule.name,
            version=rule.version,
            newest=rule.newest,
        )


class ExplanationView(Shape):
    """Everything that Listbridge knows about a listing."""

    listing: ListingView
    """The listing, as it is now."""
    quantity: StoryView
    """How the quantity came about."""
    price: StoryView
    """How the price came about."""
    reason: ProblemView | None
    """The one reason why the listing is not updated now; null when it is."""
    next: ProblemView
    """What happens next."""
    content_changed: bool
    """Whether a full revise would send something new."""
    content: ProblemView | None
    """Why titles, texts and pictures are not updated automatically; null while nothing is on sale."""
    rules: list[DecidingRuleView]
    """Which rule decided each number, where it is set, and in which version."""
    reservations: list[ReservationView]
    """Which orders hold units of it: those that are not absorbed make the step `reserved` of the quantity."""


class ActivityPage(Shape):
    """What happened, the newest first; without a cursor it is the last page."""

    activity: list[ActivityView]
    """What happened, on this page."""
    cursor: str | None


@router.get("/listings", summary="Listings", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def list_listings(
    account: OfAccount = None,
    sales_list: Annotated[str | None, Query(description="Only of the sales list with this id.")] = None,
    status: Annotated[Status | None, Query(description="Only listings that stand there on the marketplace.")] = None,
    sku: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Only listings with exactly this SKU.")
    ] = None,
    title: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            description="Only listings with this text in their title, in any case of letters.",
        ),
    ] = None,
    hold: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=100,
            description="Only listings that are not updated for the reason with this code (`holds` of `GET /v1/counters`).",
        ),
    ] = None,
    detached: Annotated[
        bool | None,
        Query(description="Only listings whose item left its list's collections (true), or only the others (false)."),
    ] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200, description=LIMIT)] = 100,
) -> ListingsPage:
    """Lists the listings of one account or sales list, or of everything. Only listings that pass every filter are
    listed."""
    deps = deps_of(router)
    wanted = ListingFilter(
        account=AccountId(account) if account else None,
        sales_list=SalesListId(sales_list) if sales_list else None,
        status=status,
        sku=sku or "",
        title=(title or "").strip(),
        hold=hold or "",
        detached=detached,
    )
    rows, following = page_of_listings(deps, wanted, opened(router, cursor), limit)
    accounts = {row.key.account: deps.configuration.get(Account, row.key.account) for row in rows}
    shops = {one.shop: deps.configuration.get(Shop, one.shop) for one in accounts.values()}
    return ListingsPage(
        listings=[
            ListingView.of(row, accounts[row.key.account], shops[accounts[row.key.account].shop]) for row in rows
        ],
        cursor=sealed(router, following),
    )


@router.get("/listings/<listing_id>", summary="One listing", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def get_listing(listing_id: ListingPath) -> ListingView:
    """Shows one row of the ledger, as it is now."""
    deps, key = deps_of(router), listing_key(listing_id)
    row, account = deps.listings.get(key), deps.configuration.get(Account, key.account)
    return ListingView.of(row, account, deps.configuration.get(Shop, account.shop))


@router.put(
    "/listings/<listing_id>/switches",
    summary="Switch an item's automatic updates",
    tags=_TAGS,
    openapi_extensions=open_to(Group.OPERATOR),
)
def put_switches(listing_id: ListingPath, body: SwitchesBody) -> ListingView:
    """Gives one listing switches of its own, over those of its sales list and account. What is due then is sent."""
    deps, key = deps_of(router), listing_key(listing_id)
    row = switch_item(deps, key, body.switches(), actor_of(router))
    account = deps.configuration.get(Account, key.account)
    return ListingView.of(row, account, deps.configuration.get(Shop, account.shop))


@router.get(
    "/listings/<listing_id>/explain",
    summary="Why is it as it is?",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def explain(listing_id: ListingPath) -> ExplanationView:
    """Lists every step from the shop's number to the marketplace's, the one reason why it is not updated now, and
    what is next."""
    story = explain_listing(deps_of(router), listing_key(listing_id))
    return ExplanationView(
        listing=ListingView.of(story.listing, story.account, story.shop),
        quantity=_story(story, story.quantity),
        price=_story(story, story.price),
        reason=ProblemView.maybe(story.reason),
        next=ProblemView.of(story.next),
        content_changed=story.content_changed,
        content=ProblemView.maybe(story.content),
        rules=[DecidingRuleView.of(one) for one in story.rules],
        reservations=[ReservationView.of(held) for held in story.reservations],
    )


@router.get(
    "/listings/<listing_id>/activity",
    summary="What happened to it",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def listing_activity(
    listing_id: ListingPath, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=200, description=LIMIT)] = 50
) -> ActivityPage:
    """Lists the activity of one listing, the newest first."""
    key = listing_key(listing_id)
    deps = deps_of(router)
    deps.listings.get(key)
    entries, following = deps.activity.of_subject(str(key), limit, opened(router, cursor))
    return ActivityPage(activity=ActivityView.all(entries, deps.listings), cursor=sealed(router, following))


def _story(whole: Explanation, story: FieldStory) -> StoryView:
    return StoryView(
        computed=_value(story.computed),
        trace=[TraceView.of(line) for line in story.trace],
        sent=_value(story.sent),
        accepted=_value(story.accepted),
        seen=_value(story.seen),
        reason=ProblemView.maybe(story.reason),
        sentence=_sentence(whole, story),
    )


def _sentence(whole: Explanation, story: FieldStory) -> str:
    """As a person would say it: "shop stock 7, less 2 as buffer: 5 → 5, sent 12:04, accepted 12:04, seen 12:06"."""
    row = whole.listing
    steps = ", ".join(messages.trace_text(line) for line in story.trace) or "nothing computed yet"
    parts = [f"{steps} → {'unknown' if story.computed is None else story.computed}"]
    for word, value, at in (
        ("sent", story.sent, row.sent.at),
        ("accepted", story.accepted, row.accepted.at),
        ("seen", story.seen, row.seen.at),
    ):
        when = f" at {at:%H:%M:%S} UTC" if at is not None else ""
        parts.append(f"{word} {value}{when}" if value is not None else f"not known to be {word}")
    return ", ".join(parts)


def _value(value: int | Money | None) -> int | MoneyView | None:
    return MoneyView.of(value) if isinstance(value, Money) else value
