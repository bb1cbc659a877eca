"""Query cost and the leaky bucket per app and store.

Objects cost 1, scalars 0, mutations 10; a page costs its size on a logarithmic scale. The last
is an assumption: Shopify documents only that connections are "sized by first and last".
"""

import math
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

MUTATION_COST = 10
MOST_PER_REQUEST = 1000.0
PAGE_PARTS = frozenset({"nodes", "edges", "pageInfo"})


def page_weight(size: int) -> int:
    """How much a list of this size multiplies the cost of one item."""
    return 1 + math.ceil(2 * math.log1p(max(0, size)))


@dataclass
class _Walk:
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]

    def cost(self, selections: SelectionSetNode | None) -> int:
        return sum(self._one(node) for node in selections.selections) if selections else 0

    def _one(self, node: Any) -> int:
        if isinstance(node, FragmentSpreadNode):
            fragment = self.fragments.get(node.name.value)
            return self.cost(fragment.selection_set) if fragment else 0
        if isinstance(node, InlineFragmentNode):
            return self.cost(node.selection_set)
        if not isinstance(node, FieldNode) or node.selection_set is None:
            return 0
        inner = self.cost(node.selection_set)
        if node.name.value in PAGE_PARTS:
            return inner + (1 if node.name.value == "nodes" else 0)
        return 1 + inner * self._weight(node)

    def _weight(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "ids"):
                return page_weight(self._size(argument.value))
        return 1

    def _size(self, value: Any) -> int:
        if isinstance(value, VariableNode):
            given = self.variables.get(value.name.value)
            return len(given) if isinstance(given, list) else int(given or 0)
        if isinstance(value, IntValueNode):
            return int(value.value)
        return len(value.values) if isinstance(value, ListValueNode) else 0


def requested_cost(
    document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]
) -> int:
    """What the request may cost at most."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    walk = _Walk(fragments, variables)
    total = walk.cost(operation.selection_set)
    if operation.operation.value == "mutation":
        total += MUTATION_COST * len(operation.selection_set.selections)
    return total


def actual_cost(data: Any) -> int:
    """What the answer really cost, on the same scale."""
    if isinstance(data, dict):
        return 1 + sum(actual_cost(value) for key, value in data.items() if key != "pageInfo")
    if isinstance(data, list) and data:
        return page_weight(len(data)) * max(actual_cost(one) for one in data)
    return 0


@dataclass
class Bucket:
    """Points left for one app at one store; refills with time."""

    maximum: float
    restore: float
    left: float
    at: float

    def refill(self, now: float) -> None:
        self.left = min(self.maximum, self.left + (now - self.at) * self.restore)
        self.at = now

    def take(self, points: float) -> bool:
        """Charge the points; False, and nothing charged, when too few are left."""
        if points > self.left:
            return False
        self.left -= points
        return True

    def give_back(self, points: float) -> None:
        self.left = min(self.maximum, self.left + points)

    def report(self, requested: int, actual: int | None) -> dict[str, Any]:
        """The `extensions.cost` of an answer."""
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": self.maximum,
                "currentlyAvailable": int(self.left),
                "restoreRate": self.restore,
            },
        }
