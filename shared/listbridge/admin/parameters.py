"""The parameters that many routes take, each with its meaning."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

LIMIT: Final = "The most rows to answer with; a page may have fewer."

Cursor: TypeAlias = Annotated[
    str | None, Query(description="The `cursor` of the page before, for the same filters; absent for the first page.")
]
OfAccount: TypeAlias = Annotated[
    str | None, Query(description="Only of the account with this id; absent for all accounts.")
]
OnSite: TypeAlias = Annotated[str, Query(min_length=1, description="The marketplace's site, in its own spelling.")]
AccountPath: TypeAlias = Annotated[str, Path(description="The account's `id`.")]
JobPath: TypeAlias = Annotated[str, Path(description="The job's `id`.")]
ListingPath: TypeAlias = Annotated[str, Path(description="The listing's `id`, opaque.")]
OrderPath: TypeAlias = Annotated[str, Path(description="The order's `id`, opaque; not the marketplace's number.")]
ProfilePath: TypeAlias = Annotated[str, Path(description="The `id` of the profile or creation profile.")]
SalesListPath: TypeAlias = Annotated[str, Path(description="The sales list's `id`.")]
ShopPath: TypeAlias = Annotated[str, Path(description="The shop's `id`.")]
