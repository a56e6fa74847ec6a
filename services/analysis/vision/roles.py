"""From a scene to elements: the rules in their order, each line used once. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from services.analysis.vision import fields, grids, menus, overlays, pressables, prose
from services.analysis.vision.lines import reading_order
from services.analysis.vision.regions import to_box
from services.analysis.vision.scene import Draft, Finding, Scene
from shared.model.evidence import Element

# The surer a rule is of its line, the earlier it comes: a label belongs to its field before it can be plain text.
RULES: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    overlays.dialogs,
    fields.controls,
    overlays.toasts,
    menus.menus,
    overlays.alert_boxes,
    pressables.buttons,
    fields.textboxes,
    overlays.images,
    grids.tables,
)


def describe(scene: Scene) -> tuple[Draft, ...]:
    """All elements of the frame in reading order."""
    drafts: list[Draft] = []
    cells = grids.cells(scene.shapes)
    scene = replace(scene, cells=cells)
    for rule in RULES:
        scene = _apply(scene, rule(scene), drafts)
    inputs = [draft.rect for draft in drafts if draft.role in {"textbox", "combobox"}]
    drafts.extend(finding.draft for finding in prose.texts(scene, inputs))
    return tuple(drafts[index] for index in reading_order([draft.rect for draft in drafts]))


def _apply(scene: Scene, findings: Iterable[Finding], drafts: list[Draft]) -> Scene:
    taken = set(scene.taken)
    for finding in findings:
        if taken.isdisjoint(finding.lines):
            drafts.append(finding.draft)
            taken.update(finding.lines)
    return replace(scene, taken=frozenset(taken))


def elements(drafts: Iterable[Draft], width: int, height: int) -> tuple[Element, ...]:
    """Drafts as the model has them, numbered in their order."""
    return tuple(
        Element(
            id=f"e{number}",
            role=draft.role,
            name=draft.name,
            box=to_box(draft.rect, width, height),
            state=tuple(sorted(draft.state)),
            value=draft.value,
            source="vision",
            confidence=round(min(1.0, max(0.0, draft.confidence)), 3),
        )
        for number, draft in enumerate(drafts, 1)
    )
