"""A small element tree, and the skins a page can be printed in.

A skin changes tags, names and white space, never the text or its order.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from samples.furniture import SAMPLE_NOTICE

Skin = Literal["semantic", "hashed", "div_only", "form"]
SKINS: tuple[Skin, ...] = ("semantic", "hashed", "div_only", "form")

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_INLINE = frozenset({"a", "b", "br", "em", "i", "img", "input", "span", "strong", "svg", "path", "use"})
_KEPT_IN_DIV_ONLY = _INLINE | {"script", "noscript", "style", "textarea", "form"}


@dataclass(frozen=True, slots=True)
class Raw:
    """Markup that is printed as it is: scripts, comments."""

    markup: str


@dataclass(frozen=True, slots=True)
class Node:
    """An element. ``keep`` holds its tag through the div-only skin, as text from an editor would."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Node | Raw | str, ...] = ()
    keep: bool = False


def el(tag: str, *children: Node | Raw | str | None, **attributes: str | None) -> Node:
    """An element; ``class_`` is written class, other underscores become hyphens; None is left out."""
    named = {
        name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None
    }
    return Node(tag, named, tuple(child for child in children if child is not None))


def kept(node: Node) -> Node:
    """The element, its tag safe from the div-only skin."""
    return replace(node, keep=True)


def script(code: str, **attributes: str | None) -> Node:
    """An inline script."""
    return el("script", Raw(code), **attributes)


def json_script(data: object, **attributes: str | None) -> Node:
    """Data in a script, safe from a closing tag in a text."""
    return script(json.dumps(data, ensure_ascii=False).replace("</", "<\\/"), **attributes)


def document(head: Node, body: Node, skin: Skin, language: str = "en") -> str:
    """The whole page in one skin."""
    pretty = skin in ("semantic", "div_only")
    if skin == "form":
        state = el("input", type="hidden", name="__VIEWSTATE", value=_short_hash("state") * 40)
        form = el("form", state, *body.children, method="post", action="./", id="aspnetForm")
        body = Node("body", body.attributes, (form,))
    direction = "rtl" if language == "ar" else "ltr"
    printed = "".join(_print(head, "semantic", pretty)) + "".join(_print(body, skin, pretty))
    return f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n{SAMPLE_NOTICE}\n{printed}</html>\n'


def _print(node: Node | Raw | str, skin: Skin, pretty: bool) -> Iterator[str]:
    if isinstance(node, str):
        yield html.escape(node, quote=False).replace("\xa0", "&nbsp;")
        return
    if isinstance(node, Raw):
        yield node.markup
        return
    tag = _tag(node, skin)
    yield f"<{tag}{''.join(_attributes(node.attributes, skin))}>"
    if tag in _VOID:
        return
    block = pretty and tag not in _INLINE and not _is_text(node)
    if block:
        yield "\n"
    for child in node.children:
        yield from _print(child, skin, pretty)
    yield f"</{tag}>"
    if pretty and tag not in _INLINE:
        yield "\n"


def _is_text(node: Node) -> bool:
    """Whether line breaks inside the element would fall among its words."""
    return any(isinstance(child, str | Raw) or child.tag in _INLINE for child in node.children)


def _tag(node: Node, skin: Skin) -> str:
    if skin != "div_only" or node.keep or node.tag in _KEPT_IN_DIV_ONLY or node.tag == "body":
        return node.tag
    return "div"


def _attributes(attributes: Mapping[str, str], skin: Skin) -> Iterator[str]:
    names = list(attributes)
    if skin == "hashed":
        names.reverse()
    for name in names:
        value = attributes[name]
        if skin in ("hashed", "div_only"):
            if name == "class":
                value = " ".join("c" + _short_hash(word) for word in value.split())
            elif name in ("id", "for", "aria-label"):
                value = "i" + _short_hash(value)
        yield f' {name}="{html.escape(value)}"'


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:7]
