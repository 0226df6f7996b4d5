"""The address that a seller enters at a marketplace for what it tells all of its applications."""

from __future__ import annotations

import secrets

from listbridge.domain.configuration import NoticeAddress
from listbridge.domain.ports import ConfigurationStore, Conflict, Missing


def make_notice_token(configuration: ConfigurationStore, marketplace: str) -> str:
    """The token of this marketplace's address, made when it has none yet: 43 letters, digits, `-` and `_`."""
    try:
        return configuration.get(NoticeAddress, marketplace).token
    except Missing:
        made = NoticeAddress(id=marketplace, token=secrets.token_urlsafe(32))
    try:
        return configuration.save(made).token
    except Conflict:  # somebody else made one a moment ago
        return configuration.get(NoticeAddress, marketplace).token


def notice_address(base: str, marketplace: str) -> str:
    """One for all accounts of a marketplace: it tells each application once, not each seller."""
    return f"{base}/notices/{marketplace}"
