"""`recompute.rate`: how fast the rules run, and how near a whole recompute comes to the store's own pace."""

from __future__ import annotations

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

from benchmarks import stage
from benchmarks.figures import Figure
from listbridge.domain.catalog import Observation, Variant, VariantFacts, Visibility
from listbridge.domain.configuration import PriceRule, Profile, QuantityMode, QuantityRule, Rules, SalesList
from listbridge.domain.ids import ListingKey, LocationId, ProductId, Sku, VariantId, VariantKey
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import Cause, Listing
from listbridge.domain.money import Money
from listbridge.domain.rules.in_force import RuleContext
from listbridge.infra.clock import SystemClock
from listbridge.infra.storage.documents import Json
from listbridge.services.catalog.recompute import Recompute, compute
from listbridge.services.catalog.rule_context import context_of
from listbridge.services.configuration.change_configuration import CHUNK
from listbridge.services.deps import Deps

ROWS_COMPUTED = 100_000
ROWS_STORED = 2_400
_DOCUMENT: Json[Listing] = Json(Listing, apart={"rev"})
"""As the listings table stores a row."""


def measure() -> list[Figure]:
    """Rows per second through the rules and the ledger; then rows per second read, computed and saved, to a bare floor."""
    with stage.local_aws("recompute") as deps:
        stage.connect(deps, ["acc_bench"])
        profile = deps.configuration.get(Profile, "profile_bench")
        rules = Rules(quantity=QuantityRule(mode=QuantityMode.BUFFER, value=2), price=PriceRule(ratio=Decimal("1.10")))
        profile = deps.configuration.save(profile.model_copy(update={"rules": rules}))
        sales_list = deps.configuration.get(SalesList, "list_acc_bench")
        context = _context(deps, sales_list, profile)
        return [_computed(context, sales_list), _stored(deps)]


def _context(deps: Deps, sales_list: SalesList, profile: Profile) -> RuleContext:
    from listbridge.domain.configuration import Account

    return context_of(deps, sales_list, deps.configuration.get(Account, sales_list.account), profile)


def _computed(context: RuleContext, sales_list: SalesList) -> Figure:
    """Chunk by chunk, each time followed by the floor: rows made, and the very rows that came out encoded again."""
    clock = SystemClock()
    halfway = 0
    whole = bare = 0.0
    for start in range(0, ROWS_COMPUTED, CHUNK):
        numbers = range(start, start + CHUNK)
        done: list[Listing] = []
        began = time.process_time()
        for number in numbers:
            variant, listing = _row(number, sales_list)
            now = clock.now()
            auto = context.automatic(listing.switches)
            computed = compute(listing, variant, context, Cause.SHOP, now)
            new = ledger.recomputed(listing, computed, auto.fields, now, auto.levels)
            if new.computed.quantity is None:
                raise AssertionError("every row of this figure has a quantity")
            _DOCUMENT.write(new)
            done.append(new)
        whole += time.process_time() - began
        began = time.process_time()
        for number, row in zip(numbers, done, strict=True):
            _row(number, sales_list)
            _DOCUMENT.write(row)
        bare += time.process_time() - began
        if start <= ROWS_COMPUTED // 2:
            halfway = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    settings = {
        "rows": ROWS_COMPUTED,
        "chunk": CHUNK,
        "includes": "making the row and encoding it for the table",
        "floor": "making the row and encoding it",
        "grown_kib_in_second_half": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - halfway,
    }
    return Figure(
        "recompute.rate", ROWS_COMPUTED / whole, "rows/CPU s", ">=0.4", floor=ROWS_COMPUTED / bare, settings=settings
    )


def _row(number: int, sales_list: SalesList) -> tuple[Variant, Listing]:
    key = VariantKey(stage.SHOP, ProductId(str(number // 4)), VariantId(str(number)))
    stock = {LocationId("1"): number % 40, LocationId("2"): number % 7}
    price = Money(Decimal(1000 + number % 9000) / 100, stage.CURRENCY)
    facts = VariantFacts(key.variant, Sku(f"S{number}"), "", price, stock=stock)
    listing = Listing(ListingKey(sales_list.account, stage.SITE, Sku(f"S{number}")), key, sales_list.id)
    return Variant(key, facts, Visibility.VISIBLE, Observation(1, 2)), listing


def _stored(deps: Deps) -> Figure:
    """Chunk by chunk, each time followed by the floor: conditional writes of the very rows that came out, nothing else."""
    keys = stage.seed_ledger(deps, "acc_bench", [f"R{n:05d}" for n in range(ROWS_STORED)])
    worker = Recompute(deps, Cause.CONFIGURATION)
    whole = bare = 0.0
    with ThreadPoolExecutor(deps.workers) as pool:
        for start in range(0, len(keys), CHUNK):
            began = time.monotonic()
            done = worker.listings(keys[start : start + CHUNK])
            whole += time.monotonic() - began
            if any(row.computed.quantity != 8 for row in done):
                raise AssertionError("10 in stock less a buffer of 2 is 8")
            again = [replace(row, title=row.title + ".") for row in done]
            began = time.monotonic()
            list(pool.map(deps.listings.save, again))
            bare += time.monotonic() - began
    settings = {"rows": len(keys), "chunk": CHUNK, "threads": deps.workers, "floor": "conditional writes"}
    return Figure(
        "recompute.rate.stored", len(keys) / whole, "rows/s", ">=0.7", floor=len(keys) / bare, settings=settings
    )
