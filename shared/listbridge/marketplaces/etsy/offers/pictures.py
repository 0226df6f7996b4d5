"""A product's pictures, from the shop's public addresses: what Etsy would not take is known before anything is made.

Etsy takes JPEG, PNG and GIF, at most 10 MB each and 20 a listing (help.etsy.com, "Requirements and best practices for images"; the
OpenAPI document names only the 20; not verified).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from requests import Response

from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import Purpose
from listbridge.infra.calls.streamed_body import StreamedBody, StreamLimits
from listbridge.marketplaces.etsy import errors

MAX_PICTURES = 20
MAX_BYTES = 10_000_000
_OPERATION = "picture"
_LIMITS = StreamLimits(total_s=30.0, whole_bytes=MAX_BYTES + 1_000_000)
_KINDS = (
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"GIF8", "gif", "image/gif"),
)
_LONGEST_MARK = max(len(mark) for mark, _, _ in _KINDS)
_OK, _LOST = 200, 500


@dataclass(frozen=True, slots=True)
class Picture:
    """One as it goes to Etsy."""

    name: str
    content: bytes
    media_type: str


class Pictures:
    """Fetches pictures. None of Etsy's keys goes along: the addresses are the shop's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._session = connection.session

    def problems(self, addresses: Sequence[str]) -> list[RemoteError]:
        """Why Etsy would not take them, by their first bytes and their size. Raises RetryLater for one that cannot be had now."""
        found: list[RemoteError] = []
        for address in addresses:
            try:
                with self._opened(address) as body:
                    _look_at(address, body)
            except Rejected as error:
                found.append(error)
        return found

    def fetch(self, address: str) -> Picture:
        """Raises Rejected for one that Etsy would not take, and RetryLater."""
        content = bytearray()
        with self._opened(address) as body:
            for piece in body.chunks():
                content += piece
                if len(content) > MAX_BYTES:
                    raise _refused(address)
        suffix, media_type = _kind(address, bytes(content[:_LONGEST_MARK]))
        return Picture(f"picture.{suffix}", bytes(content), media_type)

    def _opened(self, address: str) -> StreamedBody:
        where = urlsplit(address)
        own = f"{where.scheme}://{where.netloc}"
        # Where one address replaces all hosts, as in a run on one machine, it replaces the shop's too.
        url = f"{self._connection.host(own)}{address.removeprefix(own)}"
        body = self._session.stream("GET", url, purpose=Purpose.READ, operation=_OPERATION, limits=_LIMITS)
        if body.status_code == _OK:
            return body
        if body.status_code >= _LOST:
            raise errors.PICTURE_UNAVAILABLE.error(params={"address": address}, status=body.status_code)
        raise _refused(address)


def _look_at(address: str, body: StreamedBody) -> None:
    """As little as tells its kind and its size: all of it where no size is announced. Raises Rejected, RetryLater."""
    announced = _announced(body.response)
    begin, size = b"", announced or 0
    for piece in body.chunks() if size <= MAX_BYTES else ():
        begin = (begin + piece[:_LONGEST_MARK])[:_LONGEST_MARK]
        size += len(piece) if announced is None else 0
        if size > MAX_BYTES or (announced is not None and len(begin) == _LONGEST_MARK):
            break
    if size > MAX_BYTES:
        raise _refused(address)
    _kind(address, begin)


def _announced(response: Response) -> int | None:
    """The size that was told beforehand, which is of what travels: of a packed picture it says nothing."""
    told = response.headers.get("Content-Length", "")
    return int(told) if told.isdigit() and not response.headers.get("Content-Encoding") else None


def _kind(address: str, begin: bytes) -> tuple[str, str]:
    for mark, suffix, media_type in _KINDS:
        if begin.startswith(mark):
            return suffix, media_type
    raise _refused(address)


def _refused(address: str) -> RemoteError:
    return errors.PICTURE_REFUSED.error(params={"address": address})
