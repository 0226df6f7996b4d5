"""A shop's HTML made fit for a marketplace: no active content, no way off it, nothing that is loaded by plain HTTP.

Parsing and sanitising is nh3's (ADR 27). Which hosts a link may lead to, and which marks of its own a marketplace reads, its
adapter says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import Sku
from listbridge.domain.listings.texts import filled_in, shortened

_WITH_CONTENT = frozenset(
    {
        "applet",
        "button",
        "embed",
        "form",
        "frameset",
        "iframe",
        "math",
        "noscript",
        "object",
        "option",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
    }
)
"""Elements of which nothing stays, their text included."""
_TAGS = (nh3.ALLOWED_TAGS | {"font", "tfoot"}) - {"area", "map"}
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol"})
_TABLE = {"align", "valign", "width", "height", "bgcolor"}
_ATTRIBUTES: Mapping[str, Set[str]] = {
    "*": {"style", "dir", "lang", "title"},
    "div": {"align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "align"},
    "font": {"color", "face", "size"},
    "p": {"align"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "hr": {"width", "size", "align"},
    "table": {*_TABLE, "border", "cellpadding", "cellspacing", "summary"},
    "tr": _TABLE,
    "td": {*_TABLE, "colspan", "rowspan"},
    "th": {*_TABLE, "colspan", "rowspan", "scope"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
}
_BOXES = {f"{box}{side}" for box in ("margin", "padding") for side in ("", "-top", "-right", "-bottom", "-left")}
_STYLES = _BOXES | {
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "clear",
    "color",
    "direction",
    "display",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-spacing",
}
"""None of them can load anything."""

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s=<>"]+="[^"]*")*)>')
"""A tag as the sanitiser writes it: attributes always stand in double quotes."""
_ADDRESS = re.compile(
    r"\bhttps?://[^\s<>\"']+|\bwww\.[^\s<>\"']+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
"""Web and e-mail addresses. The repeats are bounded: a text without a blank must not cost its length squared."""
_TRAILING = ".,;:!?)]»"
_SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True)
class ListingHtml:
    """What one marketplace takes. `hosts` are the ends of its own hosts, each with its dot; `marks` are attributes that it
    reads, by element, beyond those that every browser knows."""

    hosts: tuple[str, ...]
    marks: Mapping[str, Set[str]] = field(default_factory=dict)

    def clean(self, markup: str) -> str:
        """The same document as the marketplace takes it.

        Links lose their address and keep their words, unless they lead to the marketplace by HTTPS. Pictures are loaded by
        HTTPS, and go where they have no address of their own. Web and e-mail addresses in the text go too.
        """
        elements = {*_ATTRIBUTES, *self.marks}
        cleaned = nh3.clean(
            markup,
            tags=set(_TAGS),
            clean_content_tags=set(_WITH_CONTENT),
            attributes={one: {*_ATTRIBUTES.get(one, ()), *self.marks.get(one, ())} for one in elements},
            attribute_filter=self._kept_value,
            link_rel=None,
            url_schemes={"https", "http"},
            url_relative=_with_scheme,
            filter_style_properties=set(_STYLES),
        )
        return "".join(self._without_dead_tags(cleaned)).strip()

    def described(
        self, product: ProductFacts, title: str, description: str, template: str, skus: Sequence[Sku], most: int
    ) -> str:
        """The clean `description` in the seller's template, whose blanks are `{title}`, `{description}`, `{vendor}` and
        `{sku}`; the title where that leaves nothing. Raises Rejected when it is longer than `most`."""
        blanks = {
            "title": escape(title),
            "vendor": escape(product.vendor),
            "sku": escape(", ".join(skus)),
            "description": description,
        }
        return filled_in(self.clean(template), blanks, most) or escape(title)

    def plain_text(self, markup: str, most: int) -> str:
        """The document's words, line by line, cut at a word's end to at most `most` characters."""
        words = _Words()
        words.feed(self.clean(markup))
        words.close()
        lines = (" ".join(line.split()) for line in "".join(words.text).splitlines())
        return shortened("\n".join(line for line in lines if line), most)

    def _kept_value(self, tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("img", "src"):
            return _by_https(value)
        if (tag, name) == ("a", "href"):
            return value if self._leads_home(value) else None
        return value

    def _leads_home(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
        except ValueError:
            return False
        return parts.scheme.lower() == "https" and f".{host}".endswith(self.hosts)

    def _without_dead_tags(self, markup: str) -> Iterator[str]:
        """Take out links without an address and pictures without a source, and what a browser would show as an address."""
        open_links: list[bool] = []
        end = 0
        for tag in _TAG.finditer(markup):
            yield self._without_addresses(markup[end : tag.start()])
            end = tag.end()
            closing, name, attributes = tag[1] == "/", tag[2], tag[3]
            if name == "img" and " src=" not in attributes:
                continue
            if name == "a":
                kept = open_links.pop() if closing and open_links else " href=" in attributes
                if not closing:
                    open_links.append(kept)
                if not kept:
                    continue
                yield "</a>" if closing else f'<a{attributes} target="_blank" rel="noopener">'
                continue
            yield tag[0].replace(' style=""', "")
        yield self._without_addresses(markup[end:])

    def _without_addresses(self, text: str) -> str:
        cleaned = _ADDRESS.sub(self._nothing_but_its_end, text)
        return text if cleaned == text else _SPACES.sub(" ", cleaned)

    def _nothing_but_its_end(self, found: re.Match[str]) -> str:
        """The full stop behind an address is the sentence's."""
        address = found[0]
        if self._leads_home(address):
            return address
        return address[len(address.rstrip(_TRAILING)) :]


class _Words(HTMLParser):
    """Collects the text of clean markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _with_scheme(address: str) -> str | None:
    """An address without a scheme; any other that is relative leads nowhere once the text stands on the marketplace."""
    return f"https:{address}" if address.startswith("//") else None


def _by_https(address: str) -> str:
    return f"https{address[4:]}" if address.lower().startswith("http:") else address
