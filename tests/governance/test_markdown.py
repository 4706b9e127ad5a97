from html.parser import HTMLParser

import pytest

from governance.domain.markdown import render_markdown


def elements(html):
    """Return (tag, attributes) of every element that a browser would make."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, attributes))
    parser.feed(html)
    return found


def test_text_tables_and_lists_are_shown():
    html = render_markdown("# Law\n\nA **bold** ~~old~~ word\n\n1. one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    for part in ("<h1>Law</h1>", "<strong>bold</strong>", "<s>old</s>", "<ol>", "<td>1</td>"):
        assert part in html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHN2Zz4=)",
        "![x](javascript:alert(1))",
        '<a style="position:fixed" href="/">x</a>',
        "<iframe src=//evil.example></iframe>",
        "<svg onload=alert(1)>",
    ],
)
def test_nothing_that_runs_passes(source):
    for tag, attributes in elements(render_markdown(source)):
        assert tag not in {"script", "iframe", "svg"}
        for name, value in attributes:
            assert not name.startswith("on")
            assert name != "style"
            assert not value.lower().startswith(("javascript:", "data:"))


@pytest.mark.parametrize("address", ["https://evil.example/pixel.png", "//evil.example/pixel.png", "http://a/b"])
def test_images_from_elsewhere_lose_their_address(address):
    assert "evil" not in render_markdown(f"![]({address})")
    assert "src=" not in render_markdown(f"![]({address})")


def test_images_of_this_house_and_links_stay():
    assert 'src="/media/a.png"' in render_markdown("![a](/media/a.png)")
    link = render_markdown("[law](https://eur-lex.example/dsa)")
    assert 'href="https://eur-lex.example/dsa"' in link
    assert 'rel="noopener noreferrer"' in link
