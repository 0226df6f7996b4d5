"""What a job carries from its beginning to its end, by its kind.

A field that only a newer version knows is kept: while a deployment is rolled back, the older version carries such a job on
and stores it again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from listbridge.domain.edited_fields import EditedField
from listbridge.domain.ids import AccountId, CollectionId, JobId, ProductId, RemoteId, SalesListId, ShopId, Site, Sku
from listbridge.domain.listings.listing_filter import ListingFilter
from listbridge.domain.listings.sku_mappings import SkuMapping
from listbridge.domain.product_choice import ProductChoice


class JobParams(BaseModel):
    """The root of all, and all there is of a kind that carries nothing or that this version does not know."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @model_serializer(mode="wrap")
    def _without_nothing(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is not set is not stored: versions before this one took a field that is there for one that is set."""
        stored: dict[str, Any] = dump(self)
        return {name: value for name, value in stored.items() if value is not None}


class Look(BaseModel):
    """The last look at an action: the job's `rev` by then, since when it stands still, how often it was resumed since."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    rev: int
    since: datetime
    resumed: int = 0


class ActionParams(JobParams):
    """Of an action on listings: of a sales list's items, or of everything that an account has."""

    sales_list: SalesListId | None = None
    whole_account: bool | None = None
    counted_in_s: int | None = None
    """The length of the guard's window in which the action was counted, in seconds; None where it was not counted."""
    rehearsal: bool | None = None
    """It tells what it would do: the account only observed when the action was asked for, or a dry run was."""
    dry_run: bool | None = None
    """A dry run was asked for: nothing at all is done, also of what writes nothing on the marketplace."""
    wanted: ListingFilter | None = None
    """Which listings of the list or account are meant, where neither all are nor some by name."""
    retry_of: JobId | None = None
    """The job whose failed items are tried again."""
    catalogue_ids: dict[str, str] | None = None
    """By listing: the product of the marketplace's catalogue that it is put on; empty for none."""
    selected_by: str | None = None
    """The field of the request that chose them; None in an action whose items were all chosen at once."""
    look: Look | None = None


class AdoptionParams(JobParams):
    """Of an adoption of what the seller listed on one site with the marketplace's own tools."""

    site: Site
    listings: tuple[RemoteId, ...] | None = None
    """None is all of them."""
    ready: int = 0
    """How many can be adopted, as far as they are matched."""
    asked: tuple[RemoteId, ...] = ()
    """Those in the call that is about to be made, or was: before it is made again, the marketplace is asked what became of it."""
    asked_at: datetime | None = None
    tries: int = 0
    """How often these were asked for without a word of what became of them."""
    failures: int = 0
    """How often the marketplace failed to make its list."""


class InventoryParams(JobParams):
    """Of the reading of all that an account has on one site."""

    site: Site
    read: int = 0
    """How many lines were downloaded so far."""
    last_sku: Sku = Sku("")
    """The SKU of the line that was matched last: another line with it is a duplicate."""
    counts: dict[str, int] = Field(default_factory=dict)
    """How many lines are in each state, as far as they are matched."""
    failures: int = 0
    """How often the marketplace's pages did not hold together."""


class LinkingParams(JobParams):
    """Of the linking of what an inventory found."""

    site: Site
    inventory: JobId
    sales_list: SalesListId | None = None
    """Where a variant goes that is in no sales list of the account and site; None leaves it out."""
    lines: tuple[str, ...] | None = None
    """The lines that were chosen, by their entries in the inventory; None is all that matched."""
    asked_at: datetime | None = None
    """When the marketplace was last asked to be looked at for all that is left."""


class MappingParams(JobParams):
    """Of a SKU mapping that was saved: what it moves."""

    mapping: SkuMapping


class AdditionParams(JobParams):
    """Of products that are put into a sales list, in the order in which they are taken."""

    sales_list: SalesListId
    products: tuple[ProductId, ...]


class ChoiceParams(JobParams):
    """Of products that are put into a sales list by what they have in common, a page of the shop's at a time. The job's cursor
    is how many of the page are dealt with."""

    sales_list: SalesListId
    choice: ProductChoice
    page: tuple[ProductId, ...] = ()
    """The products of the page that is worked on."""
    more: str | None = None
    """The shop's cursor of the page behind it; None behind the last."""
    counted: int = 0
    """How many there are, as far as they were counted by us for a shop that gives no count."""


class ExportParams(JobParams):
    """Of products of a sales list's collections that a person decides about: above the day's limit, or what was there before."""

    sales_list: SalesListId
    backlog: bool | None = None
    """It was there before: a person asked for it. None: it is new, and above the limit."""
    products: tuple[ProductId, ...] | None = None
    """Which of the backlog; None is all of it."""
    page: int = 0
    """How many pages were dealt with in this phase: it names the jobs that send the next."""


class EditParams(JobParams):
    """Of an edit of a document: the document as it is to be, and field by field what that changes."""

    kind: str
    id: str = ""
    name: str = ""
    document: str
    """As JSON."""
    edit: tuple[EditedField, ...] | None = None
    """None in jobs from before edits were recorded."""
    affected: dict[AccountId, int] = Field(default_factory=dict)
    """How many live listings of each account would be zeroed or repriced, as far as they are counted."""


class SweepParams(JobParams):
    """Of a complete reading of a shop."""

    shop: ShopId
    start: int
    """The shop's observation number when it began: what carries an older one has not been seen since."""
    products: int = 0
    """How many were read so far."""
    absent: int = 0
    """How many variants are not in the shop any more."""
    epoch: int = 0
    """The timer's right to the sweep; 0 when a person began it."""
    deferred: tuple[ProductId, ...] = ()
    """Seen, but read too late to be stored."""
    asked: tuple[ProductId, ...] = ()
    """Of those that no page showed: which the shop was asked for one by one."""


class MirrorParams(JobParams):
    """Of a complete reading of a sales list's collections."""

    sales_list: SalesListId
    start: int = 0
    """The shop's observation number when it began: what carries an older one has not been seen since. 0: it has not begun."""
    began: datetime | None = None
    epoch: int = 0
    """The timer's right to the reading; 0 when something else asked for it."""
    read: tuple[CollectionId, ...] = ()
    """Collections that were read to their end."""
    gone: tuple[CollectionId, ...] = ()
    """Collections that the shop no longer has."""
    products: int = 0
    """How many members the pages showed so far."""
    entered: int = 0
    """How many products came into the list."""
    leaving: int = 0
    """How many products leave, as far as they are counted."""
    orphans: int = 0
    """Those of them that were in nothing but collections that are gone."""
    left: int = 0
    """How many left."""
    released: int = 0
    """How many live listings were released, recorded before they are: never more than were counted."""
    again: bool = False
    """Something changed meanwhile: the collections are read once more."""


class DriftParams(JobParams):
    """Of a comparison of an account's listings with what the marketplace shows."""

    rests_until: datetime | None = None
    read: int | None = None
    """Listings that were read on the marketplace one by one, or few at a time; None is none yet."""
