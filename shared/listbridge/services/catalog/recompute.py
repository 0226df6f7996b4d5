"""Recompute listings: the variant, the rules in force, and the ledger row, all read strongly consistent
(protocol.md#ledger)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from listbridge.domain import trace
from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import Account, Profile, SalesList
from listbridge.domain.ids import AccountId, ListingKey, SalesListId, Sku, VariantKey
from listbridge.domain.listings import ledger
from listbridge.domain.listings.holds import LEFT_COLLECTION
from listbridge.domain.listings.listing import Cause, Computed, LedgerField, Listing, TraceLine
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.problem import Problem
from listbridge.domain.rules.in_force import RuleContext
from listbridge.domain.rules.price import price_of
from listbridge.domain.rules.quantity import QuantityResult, quantity_of
from listbridge.services.catalog.rule_context import context_of
from listbridge.services.deps import LedgerDeps

_TRIES = 12
_PAGE = 100  # what the store reads in one call


def compute(row: Listing, variant: Variant, context: RuleContext, cause: Cause, now: datetime) -> Computed:
    """The values that the rules give this listing of the variant now."""
    own = quantity_of(variant, context.quantity, context.shop.locations, context.bounds)
    quantity = _while_detached(row, _of_components(row, own))
    price = price_of(variant, context.price, context.bounds)
    return Computed(
        quantity=quantity.quantity,
        price=price.price,
        quantity_problem=quantity.problem,
        price_problem=price.problem,
        quantity_trace=quantity.trace,
        price_trace=price.trace,
        basis={**context.basis, f"variant:{variant.key.variant}": variant.rev},
        facts=_facts(variant, context),
        cause=Cause.ABSENCE if variant.absent and cause is Cause.SHOP else cause,
        at=now,
    )


def _of_components(row: Listing, own: QuantityResult) -> QuantityResult:
    """A newer version may sell several units or variants as one. The stock of one variant alone would promise too many."""
    if row.takes_one_variant or own.quantity in (0, None):
        return own
    problem = Problem("newer_version", {"value": f"{len(row.takes)} components"}, "install_newer_version")
    return replace(own, quantity=None, problem=problem)


def _while_detached(row: Listing, own: QuantityResult) -> QuantityResult:
    """A listing whose item left the list's collections shows 0, where the list wants that."""
    if row.detached is None or not row.detached.zero or own.quantity == 0:
        return own
    return QuantityResult(0, None, (*own.trace, TraceLine(LEFT_COLLECTION, "", "0")))


def _facts(variant: Variant, context: RuleContext) -> str:
    facts = variant.facts
    places = context.shop.locations or sorted(facts.stock)
    stock = ",".join(f"{place}={facts.stock.get(place, '')}" for place in places)
    counting = "bundle" if facts.bundle else facts.tracked
    return f"{stock}|{counting}|{facts.price}|{variant.visibility}|{variant.absent}"


@dataclass(slots=True)
class Recompute:
    """Recomputes listings by rules that are remembered from call to call, in `deps.rules`, and looked at again each time.

    Remembered rules are safe because no call ends before the revisions of all that they stand on were read again: what
    was computed by older ones, or found unchanged by them, is computed again. Until then each row remembers the
    versions it was computed from, and one that has seen newer ones refuses ours.
    """

    deps: LedgerDeps
    cause: Cause = Cause.SHOP
    guard_passed: bool = False
    """These changes were counted as a set already, and may pass the guard on sending."""
    judged: Mapping[ListingKey, Problem | None] = field(default_factory=dict)
    """Rows that were counted as a set already, each with the hold that keeps it back, or none."""
    _contexts: dict[SalesListId, RuleContext] = field(default_factory=dict)
    """The rules that this call goes by."""
    _read_now: set[SalesListId] = field(default_factory=set)
    """Sales lists whose rules it has read itself, so that they need a second look only where something was written."""
    _sharers: dict[tuple[AccountId, Sku], list[tuple[Listing, Variant]]] = field(default_factory=dict)
    """The listings that sell from one stock with others, with their variants, as this pass has read them."""
    _doubtful: set[SalesListId] = field(default_factory=set)
    """Sales lists whose rules turned out old when some of their rows were found unchanged by them."""

    def listings(self, keys: Iterable[ListingKey]) -> list[Listing]:
        """Recompute these listings and return their rows as they are now; what no longer exists is left out.

        What was written is checked once more against its sources. A row that already shows the newest values is not
        written by the worker that finds it so, and cannot refuse what a slower worker computed from older ones: with
        stock at 5, then 4, then 5 again, the worker of the 4 may come last, and only itself can find that out.
        """
        wanted = list(dict.fromkeys(keys))
        current: dict[ListingKey, Listing] = {}
        for _ in range(_TRIES):
            written = self._write(wanted, current)
            found = [current[key] for key in wanted if key in current]
            wanted = [row.key for row in self._outdated(found, written)]
            if not wanted:
                return list(current.values())
        raise Conflict(f"the sources of {len(wanted)} listings kept changing")

    def drafts(self, keys: Iterable[ListingKey], read: Mapping[VariantKey, Variant]) -> list[Listing]:
        """The rows as `listings` would leave them if these variants stood as they were read now; nothing is written."""
        self._sharers.clear()
        found = []
        for row, variant in self._rows(list(dict.fromkeys(keys))):
            loose = replace(row, computed=replace(row.computed, basis={}))
            draft = self._draft(loose, read.get(row.variant, variant))
            found.append(draft if draft is not None and draft is not loose else row)
        return found

    def _write(self, keys: Sequence[ListingKey], current: dict[ListingKey, Listing]) -> list[Listing]:
        """Bring the rows up to date, note in `current` how they are now, and return those that were written."""
        self._sharers.clear()
        rows = list(self._rows(keys))
        # Computed here, one after the other: in threads the computing would only stand in the writes' way.
        drafts = [self._draft(row, variant) for row, variant in rows]
        read = [row for row, _ in rows]
        if self.deps.workers <= 1 or len(rows) <= 1:
            done = list(zip(read, map(self._saved, read, drafts), strict=True))
        else:
            with trace.Threads(min(self.deps.workers, len(rows))) as pool:
                done = list(zip(read, pool.map(self._saved, read, drafts), strict=True))
        written = []
        for before, after in done:
            if after is None:
                current.pop(before.key, None)
                continue
            current[after.key] = after
            if after.rev != before.rev:
                written.append(after)
        return written

    def _rows(self, keys: Sequence[ListingKey]) -> Iterator[tuple[Listing, Variant | None]]:
        """The rows with their variants, read a page at a time."""
        for start in range(0, len(keys), _PAGE):
            rows = self.deps.listings.get_many(keys[start : start + _PAGE])
            variants = self.deps.variants.get_many({row.variant for row in rows.values()})
            for row in rows.values():
                # Read here, before the threads would all read it.
                if self._context(row.sales_list).shares_stock:
                    yield from self._with_sharers(row, variants.get(row.variant), set(keys))
                else:
                    yield row, variants.get(row.variant)

    def _with_sharers(
        self, row: Listing, variant: Variant | None, asked: set[ListingKey]
    ) -> Iterator[tuple[Listing, Variant | None]]:
        """The row, and with the first of its stock the others that nobody asked for: what moves one may move all."""
        stock = (row.key.account, row.key.sku)
        if stock not in self._sharers:
            members = self.deps.listings.of_sku(*stock)
            variants = self.deps.variants.get_many({member.variant for member in members})
            known = [(m, variants[m.variant]) for m in members if m.variant in variants]
            for member, _ in known:
                self._context(member.sales_list)
            self._sharers[stock] = known
            yield from ((m, v) for m, v in known if m.key not in asked)
        yield row, variant

    def _outdated(self, found: Sequence[Listing], written: Sequence[Listing]) -> list[Listing]:
        """Those of the rows whose variant or rules moved on before or while they were computed."""
        revs = self.deps.variants.revs({row.variant for row in written})
        moved = {
            row.key
            for row in written
            if row.variant in revs
            and row.computed.basis.get(f"variant:{row.variant.variant}", revs[row.variant]) < revs[row.variant]
        }
        unsure = {row.sales_list for row in written} | ({row.sales_list for row in found} - self._read_now)
        stale = self._stale(unsure) | self._doubtful
        self._doubtful = set()
        return [row for row in found if row.key in moved or row.sales_list in stale]

    def _stale(self, sales_lists: Collection[SalesListId]) -> set[SalesListId]:
        """Those whose remembered rules stand on documents that were saved since; they are forgotten."""
        known = {id: self._context(id) for id in sales_lists}
        wanted = {document for context in known.values() for document in context.documents.values()}
        revs = self.deps.configuration.revs(wanted) if wanted else {}
        stale = {
            id
            for id, context in known.items()
            if any(revs.get(document) != context.basis[name] for name, document in context.documents.items())
        }
        for id in stale:
            self._forget(id)
        return stale

    def _draft(self, row: Listing, variant: Variant | None) -> Listing | None:
        """The row as it should be: itself when nothing is to be written, None when our rules are older than the row's."""
        if variant is None:
            raise Missing("variant", str(row.variant))
        now = self.deps.clock.now()
        context = self._context(row.sales_list)
        computed = compute(row, variant, context, self.cause, now)
        if context.shares_stock:
            computed = self._lowest(row, computed, now)
        automatic = context.automatic(row.switches)
        try:
            new = ledger.recomputed(row, computed, automatic.fields, now, automatic.levels)
        except ledger.StaleInputs:
            self._forget(row.sales_list)
            self._doubtful.add(row.sales_list)
            return None
        if new is not row and row.key in self.judged:
            new = self._as_judged(new, now)
        approved = self.guard_passed and row.due_band is not None and not row.guard_passed
        if self.guard_passed and (new is not row or approved):
            new = replace(new, guard_passed=True)
        return new

    def _lowest(self, row: Listing, own: Computed, now: datetime) -> Computed:
        """The quantity of the listing with the fewest among those that sell from the same stock, and who that is."""
        lowest, basis = own, dict(own.basis)
        decides = ""
        for member, variant in self._sharers.get((row.key.account, row.key.sku), ()):
            if member.key == row.key or not member.live or LedgerField.QUANTITY not in member.ours:
                continue
            theirs = compute(member, variant, self._context(member.sales_list), self.cause, now)
            basis = {
                name: max(version, basis.get(name, version)) for name, version in (basis | dict(theirs.basis)).items()
            }
            if theirs.quantity is not None and (lowest.quantity is None or theirs.quantity < lowest.quantity):
                lowest, decides = theirs, str(member.key.site)
        if not decides or own.quantity is None:
            return replace(own, basis=basis)
        line = TraceLine("shared_stock", decides, str(lowest.quantity))
        return replace(own, quantity=lowest.quantity, quantity_trace=(*own.quantity_trace, line), basis=basis)

    def _saved(self, row: Listing, draft: Listing | None) -> Listing | None:
        """Save the draft, or one made again while others keep changing the row; None when the row is gone."""
        for _ in range(_TRIES):
            if draft is row:
                return row
            if draft is not None:
                try:
                    return self.deps.listings.save(draft)
                except Conflict:
                    pass
            fresh = self.deps.listings.get_many([row.key]).get(row.key)
            if fresh is None:
                return None
            row = fresh
            draft = self._draft(row, self.deps.variants.get_many([row.variant]).get(row.variant))
        raise Conflict(f"listing {row.key} kept changing")

    def _as_judged(self, row: Listing, now: datetime) -> Listing:
        problem = self.judged[row.key]
        return replace(row, guard_passed=True) if problem is None else ledger.held(row, problem, now)

    def _context(self, id: SalesListId) -> RuleContext:
        known = self._contexts.get(id) or self.deps.rules.get(id)
        if known is None:
            sales_list = self.deps.configuration.get(SalesList, id)
            account = self.deps.configuration.get(Account, sales_list.account)
            profile = self.deps.configuration.get(Profile, sales_list.profile) if sales_list.profile else None
            known = self.deps.rules[id] = context_of(self.deps, sales_list, account, profile)
            self._read_now.add(id)
        self._contexts[id] = known
        return known

    def _forget(self, id: SalesListId) -> None:
        self.deps.rules.pop(id, None)
        self._contexts.pop(id, None)
        self._read_now.discard(id)


def due_by_account(listings: Sequence[Listing]) -> dict[AccountId, list[ListingKey]]:
    """The due ones among these rows, zeros first, by account."""
    due: dict[AccountId, list[ListingKey]] = {}
    for row in sorted(listings, key=lambda row: row.due_band if row.due_band is not None else 99):
        if row.due_band is not None:
            due.setdefault(row.key.account, []).append(row.key)
    return due
