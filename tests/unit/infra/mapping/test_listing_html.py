"""The shop's HTML as a marketplace takes it: one that has several hosts, and reads one mark of its own."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.catalog import ProductFacts, Visibility
from listbridge.domain.ids import ProductId, Sku
from listbridge.domain.listings.texts import shortened
from listbridge.domain.verdicts import Rejected
from listbridge.infra.mapping.listing_html import ListingHtml

MARKET = ListingHtml(hosts=(".market.example", ".market.co.example"), marks={"p": {"role"}})


def test_active_content_is_taken_out_of_descriptions():
    markup = (
        '<p onclick="x()">Good <b>wool</b> &amp; more</p><script>alert("<p>")</script><style>p{}</style>'
        '<a href="java\nscript:x()">a</a><a href="https://e.example/">b</a><img src="/i.jpg" onerror=x>'
        "<iframe src=https://e.example>inside</iframe><form><input name=q>field</form><!-- note --><br/>end"
    )
    assert MARKET.clean(markup) == "<p>Good <b>wool</b> &amp; more</p>ab<br>end"


@pytest.mark.parametrize(
    ("markup", "sent"),
    [
        (
            '<p><img src="http://images.shop.example/a.jpg"> Plain</p>',
            '<p><img src="https://images.shop.example/a.jpg"> Plain</p>',
        ),
        ('<img src="//cdn.shop.example/a.jpg">', '<img src="https://cdn.shop.example/a.jpg">'),
        ('<p>See our <a href="https://my-shop.example/sale">shop</a></p>', "<p>See our shop</p>"),
        ('<p><a href="/products/other">this</a></p>', "<p>this</p>"),
        ('<p><img src="/cdn/shop/files/a.jpg">x</p>', "<p>x</p>"),
        ('<p><img src="data:image/png;base64,AA==">x</p>', "<p>x</p>"),
        ('<p><a href="mailto:me@shop.example">mail</a></p>', "<p>mail</p>"),
        ('<p style="background:url(http://x.example/a.png)">bg</p>', "<p>bg</p>"),
        ('<p style="color:red;background:url(http://x.example/a.png)">bg</p>', '<p style="color:red">bg</p>'),
        (
            '<table background="http://x.example/a.png"><tr><td>t</td></tr></table>',
            "<table><tbody><tr><td>t</td></tr></tbody></table>",
        ),
        ('<map><area href="https://my-shop.example/"></map>x', "x"),
        ('<video src="http://x.example/a.mp4">film</video>', "film"),
    ],
)
def test_nothing_in_a_description_leads_off_the_marketplace_or_loads_by_plain_http(markup: str, sent: str):
    assert MARKET.clean(markup) == sent


@pytest.mark.parametrize(
    "address",
    [
        "https://www.market.example/itm/1",
        "https://market.co.example/str/x",
        "https://stores.market.co.example/x?a=1",
        "https://WWW.MARKET.example/",
    ],
)
def test_a_link_to_the_marketplace_stays_and_opens_in_a_window_of_its_own(address: str):
    assert MARKET.clean(f'<a href="{address}">more</a>') == (
        f'<a href="{address}" target="_blank" rel="noopener">more</a>'
    )


@pytest.mark.parametrize(
    "address",
    [
        "http://www.market.example/itm/1",
        "https://market.example.evil.test/",
        "https://market.example@evil.test/",
        "https://mymarket.example/",
        "https://[market.example/",
        "ftp://www.market.example/",
    ],
)
def test_a_link_that_only_looks_like_its_own_loses_its_address(address: str):
    assert MARKET.clean(f'<a href="{address}">more</a>') == "more"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Write to me@shop.example.", "Write to ."),
        ("More at https://my-shop.example/a?b=1&amp;c=2 and here", "More at and here"),
        ("See www.my-shop.example, please", "See , please"),
        ("Our store: https://www.market.example/str/wool", "Our store: https://www.market.example/str/wool"),
        ("5 @ 3 each, 50% off: yes/no", "5 @ 3 each, 50% off: yes/no"),
    ],
)
def test_addresses_in_the_text_go_because_the_policy_forbids_even_those(text: str, sent: str):
    assert MARKET.clean(f"<p>{text}</p>") == f"<p>{sent}</p>"


def test_a_link_within_a_link_is_judged_by_itself():
    markup = '<a href="/x"><table><tr><td><a href="https://www.market.example/y">in</a></td></tr></table></a>out'
    assert MARKET.clean(markup) == (
        '<table><tbody><tr><td><a href="https://www.market.example/y" target="_blank" rel="noopener">in</a>'
        "</td></tr></tbody></table>out"
    )


def test_a_mark_that_the_marketplace_reads_stays_and_only_there():
    markup = '<p role="x">a</p><div role="x">b</div>'
    assert MARKET.clean(markup) == '<p role="x">a</p><div>b</div>'
    assert PLAIN.clean(markup) == "<p>a</p><div>b</div>"


@given(st.text(alphabet="<>/=\"' aimgsrchreftp:x.&;!-\n", max_size=200))
def test_no_markup_however_broken_keeps_a_link_or_a_plain_address(markup: str):
    cleaned = MARKET.clean(markup)
    assert "<a" not in cleaned.replace("<abbr", "").replace("<aside", "").replace("<article", "")
    assert [value for value in _attributes(cleaned) if value.strip().lower().startswith("http:")] == []


def _attributes(markup: str) -> list[str]:
    """Every attribute's value, as a parser reads it: the word "http:" in a text loads nothing."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value or "" for _, value in attrs)

    Reader().feed(markup)
    return found


@given(st.text(alphabet="<>/=\"' scriptonclickabjv:&;!-\n", max_size=200))
def test_no_markup_however_broken_keeps_a_script_or_a_handler(markup: str):
    cleaned = MARKET.clean(markup).lower()
    assert "<script" not in cleaned
    assert "<script" not in MARKET.clean(cleaned)


def test_the_plain_description_has_words_only_and_fits():
    assert (
        MARKET.plain_text("<p>Pure <b>wool</b>.</p><ul><li>soft</li></ul><script>x</script>", 4000)
        == "Pure wool.\nsoft"
    )
    assert len(MARKET.plain_text("<p>" + "word " * 2000 + "</p>", 4000)) <= 4000


LAMP = ProductFacts(ProductId("p"), "Lamp", Visibility.VISIBLE, (), vendor="N & L")
PLAIN = ListingHtml(hosts=(".market.example",))


def test_a_template_is_filled_with_words_that_are_no_markup_and_with_the_description_that_is():
    template = "<h1>{title}</h1>{description}<p>{vendor}: {sku} {other}</p><script>x</script>"
    described = PLAIN.described(LAMP, "<Lamp> {sku}", "<i>warm</i>", template, [Sku("A"), Sku("B<")], 200)
    assert described == "<h1>&lt;Lamp&gt; {sku}</h1><i>warm</i><p>N &amp; L: A, B&lt; {other}</p>"


def test_a_template_that_leaves_nothing_leaves_the_title():
    assert PLAIN.described(LAMP, "A & B", "", "<script>{title}</script>", [], 200) == "A &amp; B"


def test_a_filled_template_may_be_as_long_as_is_asked_and_no_longer():
    assert PLAIN.described(LAMP, "Lamp", "warm", "{description}", [], 4) == "warm"
    with pytest.raises(Rejected) as refused:
        PLAIN.described(LAMP, "Lamp", "warm!", "{description}", [], 4)
    assert (refused.value.problem.code, dict(refused.value.problem.params)) == (
        "description_too_long",
        {"max": "4", "length": "5"},
    )


def test_a_long_word_costs_time_in_proportion_to_its_length():
    for word in ("x", "a.", "a@", "www.", "http://", "<a ", "<"):
        assert len(MARKET.clean(word * 60_000)) <= 60_000 * 8


@given(st.text(min_size=1, max_size=300), st.integers(min_value=3, max_value=120))
def test_a_shortened_text_is_a_beginning_of_the_text_and_never_too_long(text: str, most: int):
    short = shortened(text, most)
    assert len(short) <= most
    assert text.startswith(short)
    if len(text) <= most:
        assert short == text
