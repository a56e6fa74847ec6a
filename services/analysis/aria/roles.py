"""Chromium's words for roles and states, and ours. Pure."""

from collections.abc import Mapping
from typing import Any

TEXT = frozenset({"StaticText", "LineBreak"})  # a line break is white space
OPAQUE = frozenset({"Video", "Audio", "EmbeddedObject", "PluginObject"})  # the browser's own controls lie in them
# Chromium has roles of its own for things that locators know under an ARIA role. A <summary> has none there:
# it is found by its text.
_OWN = {
    "image": "img",
    "SvgRoot": "img",
    "graphics-document": "img",
    "Iframe": "iframe",
    "Date": "textbox",
    "DateTime": "textbox",
    "InputTime": "textbox",
    "ColorWell": "textbox",
    "DisclosureTriangle": "text",
    "DisclosureTriangleGrouped": "text",
    "ToggleButton": "button",
    "PopUpButton": "combobox",
}
_MEANINGLESS = frozenset({"none", "presentation", "generic", "sectionfooter", "sectionheader"})

# Nothing below these is told: it is how the browser draws them, or what their value says.
# fmt: off
LEAVES = frozenset({
    "textbox", "searchbox", "spinbutton", "slider", "progressbar", "meter", "scrollbar", "separator", "img",
})
# Their text is their name.
NAMED_BY_CONTENT = frozenset({
    "button", "link", "heading", "tab", "option", "checkbox", "radio", "switch", "menuitem", "menuitemcheckbox",
    "menuitemradio", "cell", "gridcell", "columnheader", "rowheader", "treeitem", "tooltip", "term", "text",
    "generic",
})
VALUED = frozenset({
    "textbox", "searchbox", "combobox", "spinbutton", "slider", "progressbar", "meter", "scrollbar",
})
# fmt: on
_FLAGS = ("disabled", "selected", "required", "readonly", "focused")


def role_of(node: Mapping[str, Any]) -> str | None:
    """None for what only groups or decorates; its children take its place."""
    raw = raw_role(node)
    if node.get("ignored") or raw in {"RootWebArea", "WebArea"}:
        return None
    role = _OWN.get(raw, raw)
    named = bool(of(node, "name"))
    if role == "text" or (role == "img" and raw != "image"):
        return role if named else None
    if role in _MEANINGLESS or role != role.lower():  # capitals: an internal role, such as LabelText
        return "generic" if named and role == "generic" else None
    return role


def states(node: Mapping[str, Any], attributes: Mapping[str, str]) -> tuple[str, ...]:
    """Sorted. Ours: checked, collapsed, disabled, expanded, focused, invalid, mixed, pressed, readonly, …"""
    facts = properties(node)
    found = {flag for flag in _FLAGS if facts.get(flag) is True}
    for name in ("checked", "pressed"):
        found |= {"true": {name}, "mixed": {"mixed"}}.get(str(facts.get(name)).lower(), set())
    if isinstance(facts.get("expanded"), bool):
        found.add("expanded" if facts["expanded"] else "collapsed")
    # An empty required field is invalid to Chromium before anybody touched it. We tell what the page says.
    if facts.get("invalid", "false") != "false" and attributes.get("aria-invalid", "false") != "false":
        found.add("invalid")
    return tuple(sorted(found))


def properties(node: Mapping[str, Any]) -> dict[str, Any]:
    return {entry["name"]: entry["value"].get("value") for entry in node.get("properties", ())}


def raw_role(node: Mapping[str, Any]) -> str:
    return str(of(node, "role") or "")


def of(node: Mapping[str, Any], key: str) -> Any:
    return (node.get(key) or {}).get("value")
