"""fundus with a parser for each publisher, written the way its own publishers' are."""

from __future__ import annotations

import datetime

from common import Extracted, serve
from fundus.parser import ArticleBody, BaseParser, ParserProxy, attribute
from fundus.parser.utility import (
    extract_article_body_with_selector,
    generic_author_parsing,
    generic_date_parsing,
    generic_topic_parsing,
)
from lxml.cssselect import CSSSelector


class _BodyParser(BaseParser):
    """A body by three selectors."""

    @attribute
    def body(self) -> ArticleBody | None:
        return extract_article_body_with_selector(
            self.precomputed.doc,
            summary_selector=self._summary_selector,
            subheadline_selector=self._subheadline_selector,
            paragraph_selector=self._paragraph_selector,
        )


class AlMayadeenParser(ParserProxy):
    """Al Mayadeen English."""

    class V1(_BodyParser):
        """Head metadata, and the body by class names."""

        _summary_selector = CSSSelector("p.summary")
        _subheadline_selector = CSSSelector("div.p-content > h3")
        _paragraph_selector = CSSSelector(
            "div.p-content > p:not(.read-more), div.p-content > ul > li, div.p-content > blockquote"
        )

        @attribute
        def publishing_date(self) -> datetime.datetime | None:
            return generic_date_parsing(self.precomputed.ld.bf_search("datePublished"))

        @attribute
        def authors(self) -> list[str]:
            return generic_author_parsing(self.precomputed.ld.bf_search("author"))

        @attribute
        def title(self) -> str | None:
            return self.precomputed.ld.bf_search("headline")

        @attribute
        def topics(self) -> list[str]:
            return generic_topic_parsing(self.precomputed.meta.get("keywords"))


class NourNewsParser(ParserProxy):
    """Nour News."""

    class V1(_BodyParser):
        """Everything by the site's ids."""

        _summary_selector = CSSSelector("#Body_Body_lblNewsLead")
        _subheadline_selector = CSSSelector("#Body_Body_lblNewsBody > h3")
        _paragraph_selector = CSSSelector("#Body_Body_lblNewsBody > p")
        _date_selector = CSSSelector("#Body_Body_lblDatePublish")

        @attribute
        def publishing_date(self) -> datetime.datetime | None:
            found = self._date_selector(self.precomputed.doc)
            return generic_date_parsing(found[0].text_content()) if found else None

        @attribute
        def title(self) -> str | None:
            return self.precomputed.meta.get("og:title")


_AL_MAYADEEN, _NOUR_NEWS = AlMayadeenParser(), NourNewsParser()


def read(data: bytes, _name: str) -> Extracted:
    """One page's body, without its summary."""
    publisher = _NOUR_NEWS if b'content="Nournews"' in data else _AL_MAYADEEN
    body = publisher().parse(data.decode(), error_handling="suppress")["body"]
    texts = [
        text for section in body.sections for part in (section.headline, section.paragraphs) for text in part
    ]
    return Extracted("\n\n".join(texts))


if __name__ == "__main__":
    serve(read, ("fundus", "lxml"))
