"""What a marketplace would surely refuse of a product: everything at once, each with its field.

Publishing stops at the first thing that is wrong. A preview goes on as if that was fixed, so that it hides no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import Sku
from listbridge.domain.ports import FieldProblem, PublishRequest
from listbridge.domain.refusals import apart
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.infra.mapping.profile_settings import settings_problems

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Preview(Generic[S]):
    """One marketplace's. `settings` is the model of its creation profiles.

    `refuse` raises Rejected for a product that is refused as a whole, whatever else is wrong with it. `refused` makes the content of
    these SKUs and tells which of them are refused; it raises Rejected where nothing of it could be sold. `fields` says by code
    where to fix a problem, and `otherwise` where all others are. `mended_product` and `mended_settings` say by code
    what is taken as fixed; at any other problem of the whole product, or one that comes again, the preview ends.
    """

    settings: type[S]
    refuse: Callable[[ProductFacts, Sequence[Sku]], None]
    refused: Callable[[ProductFacts, Sequence[Sku], S], Mapping[Sku, RemoteError]]
    fields: Mapping[str, str]
    otherwise: str = "options"
    mended_product: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mended_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def problems(self, request: PublishRequest) -> Iterator[FieldProblem]:
        """Those of the creation profile, or else of the product as a whole and then of each SKU."""
        wrong = settings_problems(self.settings, request.creation.settings)
        if wrong:
            yield from wrong
            return
        settings = self.settings.model_validate(dict(request.creation.settings))
        product, skus = request.product, [variant.key.sku for variant in request.variants]
        product = replace(product, images=(*product.images, *(one.image for one in product.variants)))
        try:
            self.refuse(product, skus)
        except Rejected as error:
            yield self._told(error)
        mended = set[str]()
        while True:
            try:
                self.refused(product, [], settings)
            except Rejected as error:
                code = error.problem.code
                if code in mended:
                    return
                yield self._told(error)
                if code not in (*self.mended_product, *self.mended_settings):
                    return
                mended.add(code)
                product = replace(product, **self.mended_product.get(code, {}))
                settings = settings.model_copy(update=self.mended_settings.get(code, {}))
                continue
            break
        for sku, refusal in self._of_skus(product, skus, settings).items():
            yield self._told(refusal, sku)

    def _of_skus(self, product: ProductFacts, skus: Sequence[Sku], settings: S) -> Mapping[Sku, RemoteError]:
        try:
            return self.refused(product, skus, settings)
        except Rejected:  # all of them are, and only the first was told
            return apart(skus, lambda sku: self.refused(product, [sku], settings))[1]

    def _told(self, error: RemoteError, sku: Sku | None = None) -> FieldProblem:
        return FieldProblem(self.fields.get(error.problem.code, self.otherwise), error.problem, sku)
