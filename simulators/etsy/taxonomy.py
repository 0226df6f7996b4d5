"""The seller's taxonomy: nodes of our own choice, with the properties that each may have.

Ids and names of nodes, properties and values are ours, but for 200 "Primary color" and the custom properties 513 and 514, which were
seen in issues of etsy/open-api. They have every trait that the document knows: scales, several values, required
ones, properties for attributes alone, for variations alone, and values of a seller's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from simulators.etsy.errors import not_found
from simulators.etsy.wire import BASE, Call, Operation
from simulators.etsy.world import World
from simulators.kit.wire import Reply

CUSTOM = (513, 514, 515)
"""Properties that the seller names. Not verified: the third."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a node. `values` by id; `scales` by id, and then each value belongs to one of them."""

    property_id: int
    name: str
    values: tuple[tuple[int, str, int | None], ...] = ()
    scales: tuple[tuple[int, str], ...] = ()
    attribute: bool = True
    variation: bool = True
    required: bool = False
    most: int = 1

    def value_id(self, name: str, scale_id: int | None) -> int | None:
        """The id of a value of this name, None for one of the seller's own."""
        return next((id for id, told, scale in self.values if (told, scale) == (name, scale_id)), None)

    def told(self) -> dict[str, Any]:
        return {
            "property_id": self.property_id,
            "name": self.name,
            "display_name": self.name,
            "scales": [{"scale_id": id, "display_name": name, "description": name} for id, name in self.scales],
            "is_required": self.required,
            "supports_attributes": self.attribute,
            "supports_variations": self.variation,
            "is_multivalued": self.most > 1,
            "max_values_allowed": self.most if self.most > 1 else None,
            "possible_values": [
                {"value_id": id, "name": name, "scale_id": scale, "equal_to": []} for id, name, scale in self.values
            ],
            "selected_values": [],
        }


@dataclass(frozen=True, slots=True)
class Node:
    node_id: int
    name: str
    parent: int | None
    properties: tuple[int, ...] = ()


def _values(first: int, *names: str, scale: int | None = None) -> tuple[tuple[int, str, int | None], ...]:
    return tuple((first + number, name, scale) for number, name in enumerate(names))


_COLORS = ("Beige", "Black", "Blue", "Brown", "Green", "Grey", "Orange", "Pink", "Purple", "Red", "White", "Yellow")
PROPERTIES = {
    one.property_id: one
    for one in (
        Property(100, "Size", _values(1001, "XS", "S", "M", "L", "XL", "XXL", "One size")),
        Property(200, "Primary color", _values(2001, *_COLORS)),
        Property(52047899002, "Secondary color", _values(2101, *_COLORS)),
        Property(
            55571649311,
            "Shoe size",
            _values(3001, "36", "37", "38", "39", "40", scale=17) + _values(3101, "6", "7", "8", "9", scale=19),
            ((17, "EU"), (19, "US/Canada")),
        ),
        Property(148789511893, "Material", _values(4001, "Beeswax", "Cotton", "Soy", "Wool"), variation=False, most=5),
        Property(46803063641, "Occasion", _values(5001, "Birthday", "Christmas", "Wedding"), variation=False),
        Property(47626759834, "Scent", _values(6001, "Honey", "Lavender", "Unscented")),
        Property(47626759898, "Pattern number", (), attribute=False),
        Property(47626759999, "Closure", _values(7001, "Buckle", "Laces", "Slip on"), variation=False, required=True),
    )
}
NODES = {
    one.node_id: one
    for one in (
        Node(891, "Home & Living", None),
        Node(893, "Home Decor", 891, (200, 46803063641)),
        Node(897, "Candles", 893, (200, 100, 47626759834, 148789511893, 46803063641)),
        Node(1057, "Mugs", 893, (200, 52047899002, 46803063641)),
        Node(374, "Clothing", None),
        Node(559, "Sweaters", 374, (100, 200, 52047899002, 148789511893)),
        Node(482, "Headbands & Scrunchies", 374, (100, 200, 47626759898)),
        Node(1429, "Shoes", None),
        Node(1440, "Boots", 1429, (55571649311, 200, 47626759999)),
    )
}
CANDLES, MUGS, SWEATERS, HEADBANDS, BOOTS = 897, 1057, 559, 482, 1440


def properties_of(node_id: int) -> dict[int, Property]:
    """The properties of a node, by id; none for a node that there is not."""
    node = NODES.get(node_id)
    return {one: PROPERTIES[one] for one in node.properties} if node else {}


@cache
def tree() -> list[dict[str, Any]]:
    """All nodes from the roots on, as the API tells them."""
    return [_told(one, []) for one in NODES.values() if one.parent is None]


def _told(node: Node, above: list[int]) -> dict[str, Any]:
    path = [*above, node.node_id]
    return {
        "id": node.node_id,
        "level": len(above),
        "name": node.name,
        "parent_id": node.parent,
        "children": [_told(one, path) for one in NODES.values() if one.parent == node.node_id],
        "full_path_taxonomy_ids": path,
    }


def get_nodes(world: World, call: Call) -> Reply:
    return Reply(200, {"count": len(NODES), "results": tree()})


def get_properties(world: World, call: Call) -> Reply:
    node_id = call.id_in("taxonomy_id")
    if node_id not in NODES:
        raise not_found("Taxonomy node not found")
    found = properties_of(node_id).values()
    return Reply(200, {"count": len(found), "results": [one.told() for one in found]})


OPERATIONS = (
    Operation("getSellerTaxonomyNodes", "GET", f"{BASE}/seller-taxonomy/nodes", get_nodes),
    Operation(
        "getPropertiesByTaxonomyId", "GET", f"{BASE}/seller-taxonomy/nodes/{{taxonomy_id}}/properties", get_properties
    ),
)
