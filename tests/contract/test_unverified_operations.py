"""What no official document was held against is known by name, and told behind a run."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.amazon import AmazonSimulator
from simulators.ebay import EbaySimulator
from simulators.etsy import EtsySimulator
from tests.contract.etsy_documents import EtsyDocuments
from tests.contract.marketplaces.amazon_documents import AmazonDocuments
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.unverified import UNASKED, UNVERIFIED, lines

_SIMULATORS: dict[str, tuple[type[Any], type[Any]]] = {
    "amazon": (AmazonSimulator, AmazonDocuments),
    "ebay": (EbaySimulator, EbaySpec),
    "etsy": (EtsySimulator, EtsyDocuments),
}


@pytest.mark.specs
@pytest.mark.parametrize("slug", _SIMULATORS)
def test_every_served_operation_is_in_the_official_documents_or_in_the_list(slug: str) -> None:
    simulator, documents = _SIMULATORS[slug]
    served = set(simulator().router.operations)
    assert served - documents.load().operation_ids() == set(UNVERIFIED[slug])


def test_the_list_names_a_source_for_each() -> None:
    assert [line for line in lines() if line.endswith(": ")] == []
    assert len(list(lines())) == sum(map(len, (*UNVERIFIED.values(), *UNASKED.values())))
