"""The examples in config/feeds.toml work once their comment signs are taken away."""

from __future__ import annotations

import re

import pytest

from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.land.config import Limits, WebConfig, load_feeds
from newsmarts.land.feeds import make_feed
from newsmarts.land.web.addresses import parse

FILE = PROJECT_ROOT / "config" / "feeds.toml"
EXAMPLE = re.compile(r"^# (\[feeds\.\w+\]\n(?:# .*\n)+)", re.MULTILINE)


@pytest.fixture
def every_example(settings: Settings) -> Settings:
    text = "".join(
        example.replace("\n# ", "\n") for example in EXAMPLE.findall(FILE.read_text(encoding="utf-8"))
    )
    path = settings.home.parent / "feeds.toml"
    path.write_text(text, encoding="utf-8")
    return settings.model_copy(update={"feeds_file": path})


def test_every_kind_but_the_inbox_is_off_until_somebody_wants_it(settings: Settings) -> None:
    assert settings.feeds_file == FILE
    assert [feed.kind for feed in load_feeds(settings)] == ["inbox"]


def test_every_example_is_a_feed(every_example: Settings) -> None:
    configs = load_feeds(every_example)
    assert {config.kind for config in configs} >= {"common_crawl", "wayback", "live"}
    for config in configs:
        if isinstance(config, WebConfig):
            assert make_feed(config, every_example).name == config.name
            for key, value in config:
                for url in value if isinstance(value, tuple) else (value,):
                    assert not str(url).startswith("http") or parse(str(url)).scheme == "https", key


@pytest.mark.parametrize("model", [*WebConfig.__subclasses__(), Limits], ids=lambda model: model.__name__)
def test_every_key_of_a_web_feed_is_reported_of(model: type[WebConfig] | type[Limits]) -> None:
    text = FILE.read_text(encoding="utf-8")
    named_elsewhere = {"name", "kind", "enabled", "limits"}
    for key in model.model_fields:
        # the archives' own addresses are for mirrors, and for tests
        if key not in named_elsewhere and not key.endswith("_url"):
            assert re.search(rf"^#\s+{key}\b", text, re.MULTILINE), key
