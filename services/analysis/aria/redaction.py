"""Secrets in what a page says of itself: masked before a snapshot is kept. Pure."""

from collections import Counter
from collections.abc import Sequence

from shared.model.evidence import PageNode, PageSnapshot
from shared.model.secrets import Kind, mask, spans, spans_in, without

Found = Counter[Kind]


def redacted(page: PageSnapshot, found: Found) -> PageSnapshot:
    """The snapshot without its secrets; how many there were of each kind is added to `found`.

    The address as it was asked for stays what it is: it is the owner's own and names the snapshot.
    """
    return page.model_copy(
        update={
            "error": _text(page.error, found),
            "final_url": _text(page.final_url, found),
            "title": _text(page.title, found),
            "console_errors": tuple(_masked(words, found) for words in page.console_errors),
            "failed_requests": tuple(_masked(words, found) for words in page.failed_requests),
            "tree": _nodes(page.tree, found),
            "note": _text(page.note, found),
        }
    )


def _nodes(nodes: Sequence[PageNode], found: Found) -> tuple[PageNode, ...]:
    """Neighbours are read together: a label may stand in one node and its secret in the next."""
    names = [node.name for node in nodes]
    together = [without(name, secrets) for name, secrets in zip(names, spans_in(names, "\n"), strict=True)]
    clean = []
    for node, name in zip(nodes, together, strict=True):
        found.update(name.kinds)
        value = None if node.value is None else _value(node, found)
        children = _nodes(node.children, found)
        url = _text(node.url, found)
        clean.append(
            node.model_copy(
                update={"name": _masked(name.text, found), "value": value, "url": url, "children": children}
            )
        )
    return tuple(clean)


def _value(node: PageNode, found: Found) -> str:
    """What stands in a field, read with its label before it."""
    label, value = f"{node.name}: ", node.value or ""
    secrets = [s for s in spans_in([label, value], "")[1] if s] or spans(value)
    result = without(value, secrets)
    found.update(result.kinds)
    return result.text


def _text(text: str | None, found: Found) -> str | None:
    return None if text is None else _masked(text, found)


def _masked(text: str, found: Found) -> str:
    result = mask(text)
    found.update(result.kinds)
    return result.text
