"""Which elements of a page are blocks of their own, and which hold nothing that is read."""

from __future__ import annotations

SKIPPED = frozenset(
    {
        "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed",
        "canvas", "audio", "video", "map", "select", "textarea", "head", "title", "datalist", "rt", "rp",
        "dialog",
    }
)  # fmt: skip
CONTAINERS = frozenset(
    {
        "html", "body", "div", "p", "section", "article", "main", "aside", "header", "footer",
        "nav", "form", "fieldset", "legend", "ul", "ol", "menu", "li", "dl", "dt", "dd", "h1", "h2",
        "h3", "h4", "h5", "h6", "hgroup", "figure", "figcaption", "blockquote", "table", "thead",
        "tbody", "tfoot", "tr", "td", "th", "caption", "pre", "address", "details", "summary",
        "center", "button", "label", "search", "marquee",
    }
)  # fmt: skip
