"""Whether a platform's message contains something about a buyer. Pure.

Problems are stored, logged and shown; a platform that refuses an order may repeat what it was sent.
"""

from __future__ import annotations

from listbridge.domain.orders.orders import Address, Buyer

_SHORTEST_SECRET = 3


def mentions(text: str, buyer: Buyer) -> bool:
    """Whether any word that is only the buyer's stands in the text."""
    told = text.casefold()
    return any(word in told for word in _words_of(buyer))


def _words_of(buyer: Buyer) -> set[str]:
    texts = [buyer.name, buyer.email, buyer.phone, buyer.tax_id, buyer.note]
    texts += [text for gift in buyer.gifts for text in (gift.recipient_email, gift.sender, gift.message)]
    for address in (buyer.shipping, buyer.billing):
        texts += _texts_of(address) if address is not None else []
    words = {word for text in texts for word in (text.casefold(), *text.casefold().split())}
    return {word for word in words if len(word) >= _SHORTEST_SECRET}


def _texts_of(address: Address) -> list[str]:
    return [address.name, address.company, *address.lines, address.city, address.postal_code, address.phone]
