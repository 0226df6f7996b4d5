"""Product types: by keyword or name, and the JSON Schema of one (definitionsProductTypes_2020-09-01).

A schema is larger than a row of a table may be, and changes rarely. It stays in this process, by its checksum (ADR 68): the
definition is asked for again after an hour, and the document itself only where its checksum is another.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from listbridge.domain.verdicts import NotFound, Rejected, Unauthorized
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.calls.streamed_body import StreamLimits
from listbridge.marketplaces.amazon.client import AmazonHttp, Request
from listbridge.marketplaces.amazon.errors import SCHEMA_BROKEN, TYPE_UNKNOWN
from listbridge.marketplaces.amazon.offers.schema import TypeSchema
from listbridge.marketplaces.amazon.offers.wire import Definition, ProductTypeRow, ProductTypes
from listbridge.marketplaces.amazon.sites import NationalSite

Requirements = Literal["LISTING", "LISTING_PRODUCT_ONLY", "LISTING_OFFER_ONLY"]
Parentage = Literal["NONE", "CHILD", "PARENT"]
_BASE = "/definitions/2020-09-01/productTypes"
_ASKED_AGAIN_AFTER = timedelta(hours=1)
_LIMITS = StreamLimits(total_s=30.0, whole_bytes=20_000_000)
_UNKNOWN_STATUSES = (400, 404)


@dataclass(frozen=True, slots=True)
class _Asked:
    at: datetime
    checksum: str


class SchemaShelf:
    """The schemas that this process has read: `most` of them, the one that was wanted longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._asked: dict[tuple[str, ...], _Asked] = {}
        self._schemas: OrderedDict[str, TypeSchema] = OrderedDict()
        self._lock = Lock()

    def fresh(self, key: tuple[str, ...], now: datetime) -> TypeSchema | None:
        """The schema, if its definition was asked for within the last hour."""
        with self._lock:
            asked = self._asked.get(key)
            if asked is None or now - asked.at >= _ASKED_AGAIN_AFTER:
                return None
            return self._taken(asked.checksum)

    def known(self, checksum: str) -> TypeSchema | None:
        """A schema with this content."""
        with self._lock:
            return self._taken(checksum)

    def keep(self, key: tuple[str, ...], checksum: str, schema: TypeSchema, now: datetime) -> None:
        """Remember what was told now."""
        with self._lock:
            self._asked[key] = _Asked(now, checksum)
            self._schemas[checksum] = schema
            self._schemas.move_to_end(checksum)
            while len(self._schemas) > self._most:
                self._schemas.popitem(last=False)
            kept = self._schemas
            self._asked = {name: one for name, one in self._asked.items() if one.checksum in kept}

    def clear(self) -> None:
        """Forget everything, as a new process has."""
        with self._lock:
            self._asked.clear()
            self._schemas.clear()

    def _taken(self, checksum: str) -> TypeSchema | None:
        schema = self._schemas.get(checksum)
        if schema is not None:
            self._schemas.move_to_end(checksum)
        return schema


SHELF = SchemaShelf(most=12)
"""Of this process. A schema of 400 KB takes about 3 MB when parsed; a product with variations needs two."""


class Definitions:
    """The product types that one seller may use."""

    def __init__(self, http: AmazonHttp, shelf: SchemaShelf = SHELF, now: Callable[[], datetime] | None = None) -> None:
        self._http, self._shelf = http, shelf
        self._now = now or http.connection.clock.now

    def search(self, site: NationalSite, *, keywords: str = "", name: str = "") -> tuple[ProductTypeRow, ...]:
        """Types that fit the keywords, or a product of this name; all of them without either. Raises RemoteError."""
        params = {"marketplaceIds": site.marketplace_id, "locale": _locale(site), "searchLocale": _locale(site)}
        if keywords:
            params["keywords"] = ",".join(keywords.split())
        elif name:
            params["itemName"] = name
        call = Request("GET", _BASE, "searchDefinitionsProductTypes", params=params)
        return self._http.read(call, ProductTypes).product_types

    def schema(
        self, site: NationalSite, name: str, requirements: Requirements = "LISTING", parentage: Parentage = "NONE"
    ) -> TypeSchema:
        """The schema for one use of a type. Raises Rejected for a type that there is not, else RemoteError."""
        key = (self._http.seller, site.marketplace_id, name, requirements, parentage)
        now = self._now()
        fresh = self._shelf.fresh(key, now)
        if fresh is not None:
            return fresh
        definition = self._definition(site, name, requirements, parentage)
        checksum = definition.schema_link.checksum
        schema = self._shelf.known(checksum) or self._download(definition)
        self._shelf.keep(key, checksum, schema, now)
        return schema

    def _definition(
        self, site: NationalSite, name: str, requirements: Requirements, parentage: Parentage
    ) -> Definition:
        params = {
            "marketplaceIds": site.marketplace_id,
            "sellerId": self._http.seller,
            "requirements": requirements,
            "parentageLevel": parentage,
            "locale": _locale(site),
        }
        call = Request("GET", f"{_BASE}/{path_of(name)}", "getDefinitionsProductType", params=params)
        try:
            return self._http.ask(call, Definition)
        except CallRefused as refused:
            if refused.verdict.status in _UNKNOWN_STATUSES or isinstance(refused.verdict, NotFound):
                raise TYPE_UNKNOWN.instead_of(refused.verdict, params={"type": name, "site": site.id}) from None
            raise refused.verdict from None

    def _download(self, definition: Definition) -> TypeSchema:
        """The document at its presigned address. What does not have its checksum is no schema, but half of one."""
        link = definition.schema_link
        call = Request("GET", "", "downloadDocument", url=link.link.resource)
        try:
            with self._http.stream(call, _LIMITS) as body:
                content = b"".join(body.chunks())
        except (Rejected, Unauthorized) as refused:  # the address has ended; the next definition has another
            raise SCHEMA_BROKEN.instead_of(refused) from None
        digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        try:
            root = json.loads(content)
        except ValueError:
            root = None
        if digest != link.checksum or not isinstance(root, dict):
            raise SCHEMA_BROKEN.error(detail=f"{definition.product_type}: checksum {digest}, not {link.checksum}")
        return TypeSchema(definition.product_type, definition.product_type_version.version, root)


_LOCALES = frozenset(
    [
        "ar_AE",
        "de_DE",
        "en_AE",
        "en_AU",
        "en_CA",
        "en_GB",
        "en_IN",
        "en_SG",
        "en_US",
        "es_ES",
        "es_MX",
        "fr_FR",
        "it_IT",
        "ja_JP",
        "nl_NL",
        "pl_PL",
        "pt_BR",
        "sv_SE",
        "tr_TR",
    ]
)
"""Of our sites' languages those that `locale` takes (definitionsProductTypes_2020-09-01)."""


def _locale(site: NationalSite) -> str:
    return site.language_tag if site.language_tag in _LOCALES else "DEFAULT"
