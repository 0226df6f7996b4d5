"""What the seller decides: shops, accounts, sales lists and profiles.

These are documents of the configuration table. An edit that could move listings is never saved directly: it is
proposed as a job, counted, and applied when the guard lets it pass (protocol.md#guard).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, computed_field, field_validator, model_validator

from listbridge.domain.ids import AccountId, CollectionId, LocationId, ProfileId, SalesListId, ShopId, Site
from listbridge.domain.word import Word

Name = Annotated[str, Field(min_length=1, max_length=120)]
_OLD_DEFAULT_COUNT = 25


class Document(BaseModel):
    """A configuration document. `rev` counts its saved versions; readers accept fields they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: ClassVar[str]
    id: str
    """The document's id; it never changes."""
    rev: int = 0
    """The number of the saved version; each save counts it up by one."""


class QuantityMode(Word):
    """How much of the shop's stock a marketplace is shown."""

    PRODUCT = "product"  # all of it
    CAP = "cap"  # not more than N
    FIXED = "fixed"  # always N
    BUFFER = "buffer"  # all but N


class QuantityRule(BaseModel):
    """Shop stock to marketplace quantity. `value` is N; the product mode has none."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    mode: QuantityMode = QuantityMode.PRODUCT
    """`product` shows all of the shop's stock, `cap` not more than `value`, `fixed` always `value`, `buffer` all but
    `value`."""
    value: int | None = Field(default=None, ge=0, le=1_000_000)
    """The number of units for the modes `cap`, `fixed` and `buffer`; null for `product`, which takes none."""
    untracked_quantity: int = Field(default=10, ge=0, le=1_000_000)
    """How many units an item counts as when the shop does not track its stock."""
    sell_without_stock: bool = False
    """Only for the mode `fixed`: keep showing `value` when the shop has none. Sells what is not there."""

    @model_validator(mode="after")
    def _value_where_the_mode_needs_one(self) -> QuantityRule:
        if self.mode.known and (self.mode is QuantityMode.PRODUCT) != (self.value is None):
            raise ValueError(f"mode {self.mode} {'takes no' if self.value is not None else 'needs a'} value")
        return self


class PriceMode(Word):
    """What a price is made of."""

    PRODUCT = "product"  # the shop's price
    FIXED = "fixed"  # always the same number, whatever the shop asks


class PriceRule(BaseModel):
    """Shop price to marketplace price: the price times `ratio`, to the smallest unit of the currency. `value` is the fixed
    number; the product mode has none."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    mode: PriceMode = PriceMode.PRODUCT
    """What the price is made of; `product` is the shop's own price, `fixed` always `value`."""
    value: Decimal | None = Field(default=None, gt=0, le=Decimal(99_999_999), max_digits=12)
    """The price for the mode `fixed`, in the currency of the marketplace's site, a decimal text (`9.99`); null for
    `product`, which takes none."""
    ratio: Decimal = Field(default=Decimal(1), gt=0, le=Decimal(1000), max_digits=12)
    """The factor on the price, a decimal text (`1.15`); the result is rounded to the currency's smallest unit."""

    @model_validator(mode="after")
    def _value_where_the_mode_needs_one(self) -> PriceRule:
        if self.mode.known and (self.mode is PriceMode.PRODUCT) != (self.value is None):
            raise ValueError(f"mode {self.mode} {'takes no' if self.value is not None else 'needs a'} value")
        return self


class Rules(BaseModel):
    """Rules at one level; what is absent is taken from the next level out (listing, sales list, profile, account)."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    quantity: QuantityRule | None = None
    """How the shop's stock becomes the marketplace's quantity; null takes the rule of the next level out."""
    price: PriceRule | None = None
    """How the shop's price becomes the marketplace's price; null takes the rule of the next level out."""


class Profile(Document):
    """A reusable rule set, shared by sales lists of any marketplace."""

    kind: ClassVar[str] = "profile"
    id: ProfileId
    name: Name
    """The profile's name, for people."""
    rules: Rules = Rules()


class CreationProfile(Document):
    """How new offers are made on one marketplace site: category, condition, policies, attributes.

    `settings` has the shape that the marketplace's adapter declares and checks.
    """

    kind: ClassVar[str] = "creation_profile"
    id: ProfileId
    name: Name
    """The creation profile's name, for people."""
    marketplace: str
    site: Site
    settings: dict[str, Any] = Field(default_factory=dict)
    """What new offers are made with, as the marketplace's creation schema in `GET /v1/platforms` says."""


class ConnectionState(Word):
    """Whether a shop or account can be used."""

    ACTIVE = "active"
    EXPIRED = "expired"  # credentials refused: connect again
    DISCONNECTED = "disconnected"  # the app was uninstalled, or the seller disconnected the shop


class Shop(Document):
    """A connected store. Its credentials are in Secrets Manager, never here."""

    kind: ClassVar[str] = "shop"
    id: ShopId
    name: Name
    """The shop's name, for people."""
    platform: str
    state: ConnectionState = ConnectionState.ACTIVE
    """Whether the shop can be used; `expired` means that its credentials are refused and have to be entered again."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """The shop's currency, ISO 4217, as the shop itself reports it."""
    locations: tuple[LocationId, ...] = ()
    """The locations whose stock is sold on marketplaces; empty means all of them."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Public settings of the adapter (domain, API version), never credentials."""
    facts: dict[str, str] = Field(default_factory=dict)
    """What the shop said of itself that its adapter must know; none of shops connected before it was asked."""


class FormerShop(Document):
    """A shop that was disconnected. What it still sends is late, and nobody's forgery."""

    kind: ClassVar[str] = "former_shop"
    id: ShopId


class GuardLimits(BaseModel):
    """From where on changes need approval: more than the share and at least the count of an account's live listings, or
    every listing of an account with fewer than the count."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    share: Decimal = Field(default=Decimal("0.10"), gt=0, le=1)
    """The share of an account's live listings above which changes need approval, a decimal text from 0 to 1
    (`0.10`)."""
    count: int = Field(default=3, ge=1)
    """How many live listings must change before approval is needed, unless these are all that the account has."""
    window_s: int = Field(default=3600, ge=60, le=86_400)
    """How long streamed changes are counted together, in seconds."""
    zero_limit: int | None = Field(default=None, ge=0)
    """The most listings that the shop may set to zero within one window before they need approval; null sets no
    limit."""


class WritesStopped(BaseModel):
    """Somebody has stopped everything that Listbridge writes to the account's marketplace."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    by: str
    """Who stopped it."""
    at: datetime
    """When, UTC."""
    why: str = ""
    """Why, in their own words; empty when they gave no reason."""


class Account(Document):
    """A connected seller account on a marketplace; it belongs to exactly one shop."""

    kind: ClassVar[str] = "account"
    id: AccountId
    name: Name
    """The account's name, for people."""
    marketplace: str
    shop: ShopId
    """The id of the shop whose products the account sells."""
    state: ConnectionState = ConnectionState.ACTIVE
    """Whether the account can be used; `expired` means that its credentials are refused: connect it again."""
    sites: tuple[Site, ...] = ()
    auto_quantity: bool = True
    """Send quantities automatically when they change; if off, only an action sends them."""
    auto_price: bool = True
    """Send prices automatically when they change; if off, only an action sends them."""
    create_orders: bool = True
    """Create the shop order automatically; if off, each order waits until somebody exports it."""
    relay_fulfillments: bool = True
    """Tell the marketplace what the shop ships; switch it off where another tool does that."""
    observe: bool = False
    """Observe mode: everything is read and computed, nothing is written to the marketplace."""
    stopped: WritesStopped | None = None
    """Set while nothing at all is written to the marketplace, because somebody stopped it; orders still come in."""
    guard: GuardLimits = GuardLimits()
    """From where on changes to the account's listings need a person's approval."""
    publish_limit: int | None = Field(default=None, ge=0, le=100_000)
    """The most products that sales lists may send to the marketplace automatically on one day (UTC); more wait for
    approval. Null takes the marketplace's default: 200, and 20 where each listing costs a fee."""
    guard_rule: int = 2
    """What the guard's count means: "at least" since 2. A stored account without it is older and means "more than"."""
    rules: Rules = Rules()
    settings: dict[str, Any] = Field(default_factory=dict)
    remote_name: str = ""
    """Who the marketplace says this is; a reconnect to another seller is refused."""
    offered: tuple[Site, ...] = ()
    """The sites on which the marketplace lets the seller sell, as it said when the account was connected last; none of accounts
    connected before that was kept."""
    facts: dict[str, str] = Field(default_factory=dict)
    """What the marketplace said of the account that its adapter must know; none of accounts connected before it was asked."""

    @computed_field(repr=False)  # type: ignore[prop-decorator]
    @property
    def import_orders(self) -> bool:
        """The earlier name of `create_orders`. It is stored too: an older version, after a rollback, reads no other."""
        return self.create_orders

    @model_validator(mode="before")
    @classmethod
    def _with_the_earlier_name(cls, stored: Any, info: ValidationInfo) -> Any:
        """Both names are stored and agree, unless an older version has edited the row since: it changes `import_orders` and
        keeps `create_orders` as it found it. So the earlier name decides wherever it is stored."""
        if info.mode != "json" or not isinstance(stored, dict) or "import_orders" not in stored:
            return stored
        return {**stored, "create_orders": stored["import_orders"]}

    @model_validator(mode="before")
    @classmethod
    def _with_the_count_of_today(cls, stored: Any, info: ValidationInfo) -> Any:
        """A count of 25 was the default once, under which a small account could lose everything unasked. An account
        whose seller chose 25 since then has the mark of the newer rule beside it."""
        if info.mode != "json" or not isinstance(stored, dict) or "guard_rule" in stored:
            return stored
        guard = stored.get("guard")
        if isinstance(guard, dict) and guard.get("count") == _OLD_DEFAULT_COUNT:
            return {**stored, "guard": {**guard, "count": GuardLimits().count}}
        return stored


class SalesListMode(Word):
    """How a sales list comes by its items."""

    PRODUCT = "product"  # picked by hand
    COLLECTION = "collection"  # whatever is in the chosen collections of the shop


class OnLeave(Word):
    """What becomes of the live listing of an item that left its list's collections."""

    KEEP = "keep"  # detached: its stock and price still follow the shop by the list's rules, its content does not
    ZERO = "zero"  # it shows 0
    END = "end"  # it is ended


class SalesList(Document):
    """Which shop items go to one account and site, and by which rules.

    Product mode: items are picked by hand. Collection mode: the list has the items of its collections, as they come and go.
    """

    kind: ClassVar[str] = "sales_list"
    id: SalesListId
    name: Name
    """The sales list's name, for people."""
    account: AccountId
    """The id of the account that sells the list's items; it never changes."""
    site: Site
    """The marketplace's site on which the list sells; it never changes."""
    mode: SalesListMode = SalesListMode.PRODUCT
    """How the list comes by its items; `product`: they are picked by hand, `collection`: they are those of the shop's
    collections. It never changes."""
    collections: tuple[CollectionId, ...] = Field(default=(), max_length=50, validate_default=True)
    """The ids of the shop's collections whose items the list has, in the mode `collection`; at least one there."""
    attached: Mapping[CollectionId, datetime] = Field(default_factory=dict)
    """When each of the collections was chosen (UTC). What was in it by then is no new item of it."""
    on_leave: OnLeave = OnLeave.KEEP
    """What becomes of the live listing of an item that left the collections; `keep`: its stock and price go on following
    the shop, `zero`: it shows 0, `end`: it is ended."""
    auto_export: bool = False
    """In the mode `collection`: send new items of the collections to the marketplace automatically."""
    auto_export_since: datetime | None = None
    """Since when new items are sent automatically (UTC); null while they are not."""
    auto_quantity: bool | None = None
    """Whether quantities are sent automatically when they change; null takes the account's switch."""
    auto_price: bool | None = None
    """Whether prices are sent automatically when they change; null takes the account's switch."""
    profile: ProfileId | None = None
    """The id of the profile whose rules the list takes where it has none of its own; null for none."""
    creation_profile: ProfileId | None = None
    """The id of the creation profile with which the list's new offers are made; null for none."""
    rules: Rules = Rules()

    @field_validator("collections")
    @classmethod
    def _collections_where_the_mode_has_them(
        cls, collections: tuple[CollectionId, ...], info: ValidationInfo
    ) -> tuple[CollectionId, ...]:
        if info.mode == "json":
            return collections  # stored once, perhaps by a newer version with other rules: it is read as it is
        mode = info.data.get("mode")
        if mode is SalesListMode.COLLECTION and not collections:
            raise ValueError("a list in collection mode needs at least one of the shop's collections")
        if mode is SalesListMode.PRODUCT and collections:
            raise ValueError("a list in product mode has no collections")
        return tuple(dict.fromkeys(collections))

    @field_validator("auto_export")
    @classmethod
    def _sends_what_collections_bring(cls, auto_export: bool, info: ValidationInfo) -> bool:
        if info.mode != "json" and auto_export and info.data.get("mode") is SalesListMode.PRODUCT:
            raise ValueError("only a list in collection mode sends new items automatically")
        return auto_export


def stamped(before: SalesList | None, after: SalesList, now: datetime) -> SalesList:
    """The list as it is saved: when each of its collections was chosen, and since when it sends new items.

    A collection that was taken out and is chosen again counts from then on, and so does a switch that was off in between.
    """
    known = before.attached if before is not None else {}
    attached = {id: known.get(id, now) for id in after.collections}
    since = before.auto_export_since if before is not None else None
    return after.model_copy(
        update={"attached": attached, "auto_export_since": (since or now) if after.auto_export else None}
    )


class InventoryRead(Document):
    """Which job read last, and to its end, what an account has on a site."""

    kind: ClassVar[str] = "inventory_read"
    id: str
    """The account's id and the site."""
    job: str

    @classmethod
    def id_of(cls, account: AccountId, site: Site) -> str:
        """There is one for each account and site."""
        return f"{account}#{site}"


class NoticeAddress(Document):
    """Where one marketplace tells us what it tells all of its applications. The token proves to the marketplace, by a hash, that the
    address is ours; it opens nothing, so it is no secret of ours."""

    kind: ClassVar[str] = "notice_address"
    id: str
    """The marketplace's slug."""
    token: str


class Deployment(Document):
    """What this installation knows about itself."""

    kind: ClassVar[str] = "deployment"
    id: str = "this"
    public_base_url: str = ""
    """Where the outside world reaches us, without a trailing slash; every webhook and callback address is built from it."""
    buyer_retention_days: int = Field(default=60, ge=0, le=3650)
    """How long a buyer's data are kept after their order is done, in days."""
