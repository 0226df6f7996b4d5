"""The contents of sales lists in DynamoDB."""

from __future__ import annotations

from listbridge.domain.ids import ProductId, SalesListId, ShopId, VariantKey, can_be_key
from listbridge.domain.listings.sales_list_items import Item
from listbridge.infra.storage.documents import Json
from listbridge.infra.storage.dynamo import CursorShape, cursor_key, cursor_text, text
from listbridge.infra.storage.tables import ItemRow

_JSON: Json[Item] = Json(Item)


class DynamoItems:
    """`ItemRepository` over the items table."""

    def of_list(self, sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Item], str | None]:
        """A page of a list's items by variant key, strongly consistent."""
        shape: CursorShape = {"sales_list": text(sales_list), "item": "S"}
        after = cursor_key(cursor, shape) if cursor else None
        page = ItemRow.query(sales_list, consistent_read=True, limit=limit, last_evaluated_key=after)
        items = [_JSON.read(row.doc) for row in page]
        return items, cursor_text(page.last_evaluated_key)

    def of_product(self, shop: ShopId, product: ProductId) -> list[Item]:
        """In every sales list, by an index that may lag."""
        return [_JSON.read(row.doc) for row in ItemRow.by_product.query(f"{shop}#{product}")]

    def put(self, item: Item) -> None:
        """Store or replace."""
        ItemRow(
            item.sales_list,
            str(item.variant),
            product=f"{item.variant.shop}#{item.variant.product}",
            doc=_JSON.write(item),
        ).save()

    def find(self, sales_list: SalesListId, variant: VariantKey) -> Item | None:
        """Strongly consistent. None, without a call, for a key that no row can have."""
        if not can_be_key(str(variant)):
            return None
        try:
            return _JSON.read(ItemRow.get(sales_list, str(variant), consistent_read=True).doc)
        except ItemRow.DoesNotExist:
            return None

    def delete(self, item: Item) -> None:
        """What is not there is deleted already."""
        ItemRow(item.sales_list, str(item.variant)).delete()
