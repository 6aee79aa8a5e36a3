"""newspaper4k: download given the page, then parse(); no pictures are fetched and no nlp() is run."""

from __future__ import annotations

from common import Extracted, serve
from newspaper import Article


def read(data: bytes, _name: str) -> Extracted:
    """One page's text."""
    article = Article("https://news.example.org/page", language="en", fetch_images=False)
    article.download(input_html=data.decode())
    article.parse()
    return Extracted(article.text)


if __name__ == "__main__":
    serve(read, ("newspaper4k",))
