"""Tables as PynamoDB models. Nothing here leaves `infra`: repositories hand out domain objects.

A document stands in `doc` as JSON text; every other attribute is a key, serves an index or a condition. The models
share the process's one DynamoDB client, and learn their table's name when they are first used. The rows of the hot
paths (variants, listings, inbox, coordination) are not here: see `dynamo.py`.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import TableConnection
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from listbridge.infra import aws, settings
from listbridge.infra.storage.documents import VERSION


class Row(Model):
    """The root of our models."""

    table: str
    """The template's word for the table (`items`)."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        # Otherwise each model would make a client of its own: tens of milliseconds and a connection pool each.
        cls.Meta.table_name = settings.table(cls.table)
        connection = super()._get_connection()
        connection.connection._client = aws.client("dynamodb")
        return connection


class Meta:
    """What PynamoDB asks of a model before the environment is read."""

    table_name = ""
    region = "none"  # of the shared client, never used


class ConfigurationRow(Row):
    """One configuration document: `kind` is the document's, `rev` counts its saved versions."""

    table = "config"
    Meta: Any = type("Meta", (Meta,), {})
    kind = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    doc = UnicodeAttribute()
    rev = NumberAttribute()
    v = NumberAttribute(default=VERSION)


class ItemsOfProduct(GlobalSecondaryIndex["ItemRow"]):  # type: ignore[no-untyped-call]
    """The sales lists in which a product's variants are."""

    class Meta:
        index_name = "by_product"
        projection = AllProjection()

    product = UnicodeAttribute(hash_key=True)
    sales_list = UnicodeAttribute(range_key=True)


class ItemRow(Row):
    """One variant in one sales list; `item` is the variant key, `product` is `shop#product`."""

    table = "items"
    Meta: Any = type("Meta", (Meta,), {})
    sales_list = UnicodeAttribute(hash_key=True)
    item = UnicodeAttribute(range_key=True)
    product = UnicodeAttribute()
    doc = UnicodeAttribute()
    v = NumberAttribute(default=VERSION)
    by_product = ItemsOfProduct()


class PublicationRow(Row):
    """Progress of publishing one product; `claimed_until` is in milliseconds of the epoch, 0 when nobody holds it."""

    table = "publications"
    Meta: Any = type("Meta", (Meta,), {})
    publication = UnicodeAttribute(hash_key=True)
    progress = UnicodeAttribute()
    epoch = NumberAttribute()
    claimed_until = NumberAttribute()
    v = NumberAttribute(default=VERSION)


class RecentJobs(GlobalSecondaryIndex["JobRow"]):  # type: ignore[no-untyped-call]
    """Jobs by the instant of their creation, the unfinished ones apart from the others."""

    class Meta:
        index_name = "recent"
        projection = AllProjection()

    feed = UnicodeAttribute(hash_key=True)
    created_at = UnicodeAttribute(range_key=True)


class JobRow(Row):
    """A job (`entry` is `job`) or one of its items (`entry` is `item#…`); only the job itself is in the feed."""

    table = "jobs"
    Meta: Any = type("Meta", (Meta,), {})
    job = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    doc = UnicodeAttribute()
    feed = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    outcome = UnicodeAttribute(null=True)
    total = NumberAttribute(null=True)
    done = NumberAttribute(null=True)
    failed = NumberAttribute(null=True)
    skipped = NumberAttribute(null=True)
    calls = NumberAttribute(null=True)
    fees = NumberAttribute(null=True)
    ended_as = UnicodeAttribute(null=True)
    rev = NumberAttribute(null=True)
    expires_at = NumberAttribute()
    v = NumberAttribute(default=VERSION)
    recent = RecentJobs()


class ActivityOfAccount(GlobalSecondaryIndex["ActivityRow"]):  # type: ignore[no-untyped-call]
    """What happened to an account and to everything on it."""

    class Meta:
        index_name = "by_account"
        projection = AllProjection()

    account = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class ActivityRow(Row):
    """One act; `at` is its instant and a suffix that keeps acts of the same instant apart and in order."""

    table = "activity"
    Meta: Any = type("Meta", (Meta,), {})
    subject = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)
    account = UnicodeAttribute(null=True)
    doc = UnicodeAttribute()
    expires_at = NumberAttribute()
    v = NumberAttribute(default=VERSION)
    by_account = ActivityOfAccount()
