"""The shop's HTML made fit for eBay, which refuses active content in descriptions.

Source: sell_inventory 1.18.4, Product.description ("can not use any active content").
"""

from __future__ import annotations

import html
from html.parser import HTMLParser

_ACTIVE = frozenset({"script", "style", "iframe", "object", "embed", "applet", "form", "noscript", "svg", "math", "template"})  # fmt: skip
_VOID_ACTIVE = frozenset(
    {"base", "link", "meta", "input", "button", "select", "textarea", "frame", "frameset"}
)
_VOID = frozenset({"area", "br", "col", "hr", "img", "source", "track", "wbr"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol"})
_ADDRESSES = frozenset({"href", "src", "action", "background", "poster"})
_PLAIN_SCHEMES = ("https:", "http:", "mailto:", "/", "#")


class _Cleaner(HTMLParser):
    """Writes the document again without active elements (and what is in them), event handlers and script addresses."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.markup: list[str] = []
        self.text: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE:
            self._inside.append(tag)
            return
        if self._inside or tag in _VOID_ACTIVE:
            return
        if tag in _BREAKS:
            self.text.append("\n")
        kept = "".join(
            f' {name}="{html.escape(value or "")}"' for name, value in attrs if _harmless(name, value or "")
        )
        self.markup.append(f"<{tag}{kept}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ACTIVE:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _ACTIVE:
            if tag in self._inside:
                while self._inside.pop() != tag:
                    pass
            return
        if not self._inside and tag not in _VOID_ACTIVE | _VOID:
            self.markup.append(f"</{tag}>")
            if tag in _BREAKS:
                self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.markup.append(html.escape(data, quote=False))
            self.text.append(data)


def _harmless(name: str, value: str) -> bool:
    if name.startswith("on") or name == "srcdoc":
        return False
    if name in _ADDRESSES:
        address = "".join(value.split()).lower()
        return address.startswith(_PLAIN_SCHEMES) or ":" not in address
    return "expression(" not in value.lower() and "javascript:" not in "".join(value.split()).lower()


def clean_html(markup: str) -> str:
    """The same document without active content; comments go as well."""
    cleaner = _fed(markup)
    return "".join(cleaner.markup).strip()


def plain_text(markup: str, most: int) -> str:
    """The document's words, line by line, cut at a word's end to at most `most` characters."""
    lines = (" ".join(line.split()) for line in "".join(_fed(markup).text).splitlines())
    return shortened("\n".join(line for line in lines if line), most)


def shortened(text: str, most: int) -> str:
    """At most `most` characters, cut at the end of a word where there is one in the last third."""
    if len(text) <= most:
        return text
    cut = text[:most]
    end = max(cut.rfind(" "), cut.rfind("\n")) if not text[most].isspace() else most
    return cut[: end if end >= most * 2 // 3 else most].rstrip()


def _fed(markup: str) -> _Cleaner:
    cleaner = _Cleaner()
    cleaner.feed(markup)
    cleaner.close()
    return cleaner
