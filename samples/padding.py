"""What makes real pages large: styles, scripts, state as JSON, and menus of hundreds of links."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from samples import words
from samples.markup import Node, Raw, el, script

# Of the bytes to add, by what large news pages of this kind are made of.
_SHARES = {"styles": 0.20, "scripts": 0.25, "state": 0.15, "menu": 0.25, "links": 0.15}


@dataclass(frozen=True, slots=True)
class Filling:
    """Nodes for the head, the navigation, and after the footer."""

    head: tuple[Node, ...]
    menu: tuple[Node, ...]
    tail: tuple[Node, ...]


def fill(size_bytes: int, seed: str) -> Filling:
    """About this many bytes of furniture; the same for the same seed."""
    rng = random.Random(f"padding:{seed}")
    wanted = {name: int(size_bytes * share) for name, share in _SHARES.items()}
    return Filling(
        head=(
            el("style", Raw(_styles(rng, wanted["styles"]))),
            script(_code(rng, wanted["scripts"])),
        ),
        menu=(el("nav", el("ul", *_menu(rng, wanted["menu"])), class_="mega-menu", aria_hidden="true"),),
        tail=(
            script(_state(rng, wanted["state"]), id="page-state", type="application/json"),
            el("div", *_links(rng, wanted["links"]), class_="site-map"),
        ),
    )


def _styles(rng: random.Random, size_bytes: int) -> str:
    rules = []
    while size_bytes > 0:
        rule = (
            f".{rng.choice(words.CLASS_NAMES)}-{rng.randrange(999)}>.{rng.choice(words.CLASS_NAMES)}"
            f"{{display:flex;margin:{rng.randrange(40)}px {rng.randrange(40)}px;"
            f"color:#{rng.randrange(1 << 24):06x}}}"
        )
        rules.append(rule)
        size_bytes -= len(rule)
    return "".join(rules)


def _code(rng: random.Random, size_bytes: int) -> str:
    lines = []
    while size_bytes > 0:
        name = f"{rng.choice(words.CLASS_NAMES)}{rng.randrange(9999)}"
        line = (
            f"function {name}(e,t){{if(e<t&&e>{rng.randrange(99)}){{return document.createElement('div')}}"
            f'var n="<p>BREAKING</p>";return n.length>{rng.randrange(99)}?t:e}}\n'
        )
        lines.append(line)
        size_bytes -= len(line)
    return "".join(lines)


def _state(rng: random.Random, size_bytes: int) -> str:
    entries = []
    while size_bytes > 0:
        entry = {
            "id": rng.randrange(10**7),
            "slug": "-".join(rng.choices(words.CLASS_NAMES, k=5)),
            "flags": rng.choices((True, False), k=3),
        }
        entries.append(entry)
        size_bytes -= len(json.dumps(entry)) + 2
    return json.dumps({"props": {"pageProps": {"entries": entries}}})


def _menu(rng: random.Random, size_bytes: int) -> list[Node]:
    """Menu entries of about 190 bytes and three elements each."""
    entries = []
    for number in range(max(1, size_bytes // 190)):
        name = f"{rng.choice(words.PLACES)} {rng.choice(words.TOPICS)}"
        link = el(
            "a",
            el("span", name.title()),
            href=f"/{name.replace(' ', '-').lower()}",
            class_="menu-link nav-link",
            data_track=f"menu-{number}-{rng.randrange(10**6)}",
        )
        entries.append(el("li", link, class_=f"menu-item menu-item-{number} depth-{rng.randrange(3)}"))
    return entries


def _links(rng: random.Random, size_bytes: int) -> list[Node]:
    """Columns of plain links of about 120 bytes and two elements each."""
    links = []
    for _ in range(max(1, size_bytes // 120)):
        name = f"{rng.choice(words.PLACES)} {rng.choice(words.TOPICS)}".title()
        links.append(el("div", el("a", name, href=f"/map/{rng.randrange(10**9)}"), class_="site-map-item"))
    return links
