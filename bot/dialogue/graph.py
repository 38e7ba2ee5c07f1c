"""Runs the components of a trained model one after the other, without Rasa's general graph scheduler.

Rasa builds a dask graph anew for every message and every prediction; the order never changes after loading, so it is
worked out once here. Same components, same results (tests/bot/dialogue/test_graph.py compares them).
"""

from __future__ import annotations

from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

from bot.dialogue.rule_policy import StateRulePolicy


class DirectGraph:
    """What leads to one target of a loaded model, ready to run. Not for several threads at once."""

    def __init__(self, runner: DaskGraphRunner, target: str) -> None:
        schema: GraphSchema = runner._graph_schema
        nodes: dict[str, GraphNode] = runner._instantiated_nodes
        needs = {name: tuple(node.needs.values()) for name, node in schema.nodes.items()}
        for node in nodes.values():
            if type(node._component) is RulePolicy:
                node._component = StateRulePolicy(node._component)
        self._steps = [(name, nodes[name], needs[name]) for name in _order(target, needs)]
        self._target = target

    def run(self, inputs: dict[str, Any]) -> Any:
        """The target's output. `inputs` are the placeholders (message, tracker) by name."""
        done: dict[str, Any] = {name: (name, value) for name, value in inputs.items()}
        for name, node, needs in self._steps:
            done[name] = node(*(done[needed] for needed in needs))
        return done[self._target][1]


def _order(target: str, needs: dict[str, tuple[str, ...]]) -> list[str]:
    """Every node that `target` depends on, each after all that it needs, the target last."""
    ordered: list[str] = []

    def visit(name: str) -> None:
        if name not in needs or name in ordered:
            return
        for needed in needs[name]:
            visit(needed)
        ordered.append(name)

    visit(target)
    return ordered
