"""What Amazon would refuse of a product: everything at once, each with where to fix it.

First the product type's schema here, then what Amazon itself says in VALIDATION_PREVIEW. It is not asked about what is
wrong already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from listbridge.domain.catalog import VariantFacts
from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import FieldProblem, PublishRequest
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra.mapping.profile_settings import read_settings, settings_problems
from listbridge.marketplaces.amazon.client import AmazonHttp
from listbridge.marketplaces.amazon.errors import REFUSED, TYPE_UNKNOWN
from listbridge.marketplaces.amazon.offers.items import Items, verdict_on
from listbridge.marketplaces.amazon.offers.mapping import Item, each_once, field_of
from listbridge.marketplaces.amazon.offers.prepared import Preparing
from listbridge.marketplaces.amazon.offers.product_types import Definitions
from listbridge.marketplaces.amazon.offers.wire import SubmissionAnswer
from listbridge.marketplaces.amazon.settings import CreationSettings
from listbridge.marketplaces.amazon.sites import NationalSite, site_of

_NO_FIX = "read_amazon_message"


def check(request: PublishRequest) -> None:
    """See `MarketplaceAdapter.check`: a creation profile that is not whole, or a site that there is not."""
    site_of(request.site)
    read_settings(CreationSettings, request.creation.settings)


def problems(http: AmazonHttp, definitions: Definitions, request: PublishRequest) -> tuple[FieldProblem, ...]:
    """See `MarketplaceAdapter.preview`."""
    wrong = settings_problems(CreationSettings, request.creation.settings)
    if wrong:
        return wrong
    site = site_of(request.site)
    preparing = Preparing(http, definitions, request, site)
    ours = [variant.key.sku for variant in request.variants if variant.offer is not None]
    ways = preparing.ways([variant.key.sku for variant in request.variants], ours)
    try:
        content = preparing.content(ways)
    except Rejected as error:
        if error.problem.code != TYPE_UNKNOWN.code:
            raise
        return (FieldProblem("settings.product_type", error.problem),)
    told = list(content.problems)
    for sku, refusal in preparing.restricted(ways).items():
        told.append(
            FieldProblem("settings.asins" if sku in preparing.settings.asins else "barcode", refusal.problem, sku)
        )
    if not content.of_all():
        facts = {one.sku: one for one in request.product.variants}
        faulty = {one.sku for one in told}
        sound = [item for sku, item in content.items.items() if sku not in faulty]
        for item in ([content.parent] if content.parent is not None and sound else []) + sound:
            told.extend(_asked(Items(http), site, item, facts.get(item.sku), content.options))
    return each_once(told)


def _asked(
    items: Items, site: NationalSite, item: Item, variant: VariantFacts | None, options: Collection[str]
) -> Iterator[FieldProblem]:
    """What Amazon says of one item; the parent is nobody's SKU, so its problems are the product's.

    A preview knows neither quantity nor price of the sales list: it asks with the shop's number in the site's currency.
    """
    values = None
    if variant is not None:
        price = Money(variant.price.amount, site.currency) if variant.price is not None else None
        values = Values(1, price)
    answer = items.put(site, item.sku, item.put(site, values), preview=True)
    yield from _problems_in(answer, item.sku if variant is not None else None, options)


def _problems_in(answer: SubmissionAnswer, sku: Sku | None, options: Collection[str]) -> Iterator[FieldProblem]:
    """Each error of a submission's answer, once for each attribute that it names."""
    if answer.status == "INVALID" and not answer.errors:
        yield FieldProblem("", REFUSED.error("(no reason given)").problem, sku)
    for issue in answer.errors if answer.status == "INVALID" else ():
        problem = verdict_on(issue).problem
        fixed = problem if problem.fix else Problem(problem.code, problem.params, _NO_FIX)
        for attribute in issue.attribute_names or ("",):
            where = field_of(attribute, options)
            yield FieldProblem(where, fixed, None if where.startswith("settings.") else sku)
