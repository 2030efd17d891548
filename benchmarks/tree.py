"""The elements of a page as Streamlit's frontend keeps them (AppRoot in its bundle): a tree that messages change.

A message names a place in the tree and puts an element or a block there. What a run did not put again is stale, and is
taken out when the run has ended: all of the page, or only what belongs to the fragments that ran.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element

ROOTS = 4
"""Main, sidebar, event, bottom."""


@dataclass(eq=False)
class Node:
    """A block with children, or an element."""

    run: str = ""
    """The run that put it, or something in it."""
    fragment: str = ""
    script: str = ""
    """The hash of the script that drew it: the frame's or a page's."""
    block: Block | None = None
    element: Element | None = None
    hash: str = ""
    children: list[Node] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What it is, under the name it has in Streamlit's protocol; "" for nothing."""
        what = self.element if self.element is not None else self.block
        return (what.WhichOneof("type") or "") if what is not None else ""

    def walk(self) -> Iterator[Node]:
        """This node and all in it, as they stand on the page."""
        yield self
        for child in self.children:
            yield from child.walk()


class Tree:
    """All that is on a page."""

    def __init__(self) -> None:
        self.roots = [Node(block=Block()) for _ in range(ROOTS)]

    def walk(self) -> Iterator[Node]:
        for root in self.roots:
            for child in root.children:
                yield from child.walk()

    def apply(self, path: Sequence[int], delta: Delta, run: str, script: str, hash: str = "") -> Node | None:
        """Put what a message brings in its place; None where the same stands there already.

        Raises ValueError for a place that does not exist.
        """
        kind = delta.WhichOneof("type")
        if kind not in ("new_element", "add_block"):  # a spinner and the like stands beside the others, for a moment
            kind, delta = "new_transient", delta
        root, *steps, last = path
        parent = self.roots[root]
        for step in steps:
            parent.run = run
            parent = _child(parent, step)
        parent.run = run
        if last > len(parent.children):
            raise ValueError(f"bad delta path {list(path)}: {len(parent.children)} there")
        old = parent.children[last] if last < len(parent.children) else None
        if kind == "new_transient":
            if old is None:
                parent.children.append(Node(run, delta.fragment_id, script))
            return None
        if kind == "new_element" and old and hash and old.hash == hash:
            old.run, old.fragment, old.script = run, delta.fragment_id, script
            return None
        node = Node(run, delta.fragment_id, script, hash=hash)
        if kind == "new_element":
            node.element = delta.new_element
        else:
            node.block = delta.add_block
            if old and old.block is not None and old.kind == node.kind:
                node.children = old.children
        parent.children[last : last + 1] = [node]
        return node

    def keep_script(self, script: str) -> None:
        """Another page comes: only what the frame drew stays."""
        for root in self.roots:
            _keep_script(root, script)

    def clear_stale(self, run: str, fragments: Sequence[str]) -> None:
        """A run has ended: take out what it could have put and did not."""
        for root in self.roots:
            root.children = [child for child in root.children if _stays(child, run, fragments, "")]


def _child(parent: Node, step: int) -> Node:
    if step >= len(parent.children):
        raise ValueError(f"bad delta path: index {step} of {len(parent.children)}")
    return parent.children[step]


def _keep_script(node: Node, script: str) -> None:
    node.children = [child for child in node.children if child.script == script]
    for child in node.children:
        _keep_script(child, script)


def _stays(node: Node, run: str, fragments: Sequence[str], within: str) -> bool:
    """Whether a node is still on the page, its children pruned. `within`: the fragment of a block around it."""
    if node.block is None:
        free = bool(fragments) and (not node.fragment or not within)
        return free or node.run == run or node.kind == "toast"
    if fragments:
        if within and node.run != run:
            return False
        if node.fragment in fragments and node.run == run:
            within = node.fragment
    elif node.run != run:
        return False
    stay = [child for child in node.children if _stays(child, run, fragments, within)]
    if len(stay) < len(node.children):
        node.run, node.children = run, stay
    return True
