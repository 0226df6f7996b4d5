"""An answer too large to hold: read piece by piece, bounded in bytes and in time; a cut is never taken for its end."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

import requests
from urllib3.exceptions import HTTPError

from listbridge.domain.verdicts import RemoteError

_PIECE = 65_536
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_CODINGS = ("gzip", "x-gzip")  # RFC 9110 (8.4.1.3): the second is the first
_CODINGS = ("", "identity", *_GZIP_CODINGS)


class BodyUnusable(Exception):
    """A body did not arrive whole, in time and within its limits. The text says which, and holds nothing that was sent."""


BROKEN = (requests.RequestException, HTTPError, BodyUnusable)
"""What ends a body before its end."""


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How much of a streamed body is read, and for how long.

    `total_s` runs from the request to the last piece. Its end is noticed when something arrives, at the latest after the
    session's own time-out. `whole_bytes` bounds the body as it travels, and again as it is when decoded. `line_bytes` is the
    longest line; of a body no more than one line and a few pieces of 64 KiB are in memory.
    """

    total_s: float
    whole_bytes: int = 2_000_000_000
    line_bytes: int = 10_000_000


class StreamedBody:
    """A body that arrives while it is read, once, as `chunks` or as `lines`. `response` has its status and headers.

    Its end, an error, and leaving the `with` block each close the connection. What came before an error is a part of the
    document: keep nothing of it that the rest could change.
    """

    def __init__(
        self,
        response: requests.Response,
        pieces: Iterator[bytes] | None,
        limits: StreamLimits,
        held: ExitStack,
        verdict: Callable[[Exception], RemoteError],
    ) -> None:
        """`pieces` are None where there is nothing to stream. `held` is what closing releases, `verdict` what a broken
        body means to the call."""
        self.response = response
        self._pieces = pieces
        self._limits = limits
        self._held = held
        self._verdict = verdict
        self._closed = False

    @property
    def status_code(self) -> int:
        return self.response.status_code

    def chunks(self) -> Iterator[bytes]:
        """The decoded body in pieces of 64 KiB at most, none of them empty.

        Raises:
            RetryLater: it was cut short or broken, took too long or is too long (`no_answer`). For a write, OutcomeUnknown.
            RuntimeError: it was read before, or closed. That is our own mistake, and must not look like an empty document.
        """
        return self._read(self._taken())

    def lines(self) -> Iterator[bytes]:
        r"""The lines of the decoded body without their `\n` or `\r\n`, which the last one may lack.

        Raises as `chunks` does, for a line that is too long as well.
        """
        return self._read(_lines(self._taken(), self._limits.line_bytes))

    def close(self) -> None:
        """Release the connection. Idempotent."""
        self._closed, self._pieces = True, None
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _taken(self) -> Iterator[bytes]:
        if self._pieces is None:
            raise RuntimeError("a streamed body is read once, and before it is closed")
        taken, self._pieces = self._pieces, None
        return taken

    def _read(self, items: Iterator[bytes]) -> Iterator[bytes]:
        try:
            for item in items:
                yield item
                if self._closed:
                    # What is left of a closed body looks like its end.
                    raise RuntimeError("a streamed body was closed while it was read")
        except BROKEN as error:
            raise self._verdict(error) from error
        finally:
            self.close()


def pieces_of(response: requests.Response, limits: StreamLimits, until: float, *, zipped: bool) -> Iterator[bytes]:
    """The body of an answer of which nothing was read yet, decoded. `until` is a moment of `time.monotonic`.

    `zipped` says that the document is a gzip file, apart from how it travels. Raises BodyUnusable: at once where its end
    could not be told from a cut, or where it travels in a coding that we did not ask for.
    """
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in _CODINGS:
        raise BodyUnusable("in another coding")
    if not _tells_its_end(response):
        raise BodyUnusable("without a length")
    pieces = _bounded(_arriving(response), limits.whole_bytes, until)
    for _ in range((coding in _GZIP_CODINGS) + zipped):
        pieces = _bounded(_unzipped(pieces), limits.whole_bytes, until)
    return pieces


def _tells_its_end(response: requests.Response) -> bool:
    """A length or chunks. Without either the body ends where the connection does, no matter who ended it."""
    coding = response.headers.get("Transfer-Encoding")
    if coding is not None:
        # As http.client judges it: of any other coding it reads up to the end of the connection. It misses one cut: among the
        # leading zeros of a chunk's length.
        return coding.lower() == "chunked"
    return response.raw.length_remaining is not None


def _arriving(response: requests.Response) -> Iterator[bytes]:
    """What has arrived, as soon as anything has. urllib3 raises where that is less than was announced."""
    while piece := response.raw.read1(_PIECE, decode_content=False):
        yield piece


def _bounded(pieces: Iterator[bytes], most: int, until: float) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise BodyUnusable("too long")
        if time.monotonic() > until:
            raise BodyUnusable("too slow")
        yield piece


def _unzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A gzip file decoded, a piece at a time however much is packed into one byte.

    A file is one member or more, one after the other (RFC 1952, 2.2); each ends with its checksum and size.
    """
    member = zlib.decompressobj(_GZIP)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if member.eof:
                    member = zlib.decompressobj(_GZIP)
                if unpacked := member.decompress(rest, _PIECE):
                    yield unpacked
                rest = member.unconsumed_tail or member.unused_data
    except zlib.error as error:
        raise BodyUnusable("not gzip") from error
    if not member.eof:
        raise BodyUnusable("cut short")


def _lines(pieces: Iterator[bytes], longest: int) -> Iterator[bytes]:
    line = bytearray()
    for piece in pieces:
        *ends, begun = piece.split(b"\n")
        for end in ends:
            line += end
            yield _line(line, longest)
            line.clear()
        line += begun
        if len(line) > longest:
            raise BodyUnusable("a line is too long")
    if line:
        yield _line(line, longest)


def _line(line: bytearray, longest: int) -> bytes:
    if len(line) > longest:
        raise BodyUnusable("a line is too long")
    return bytes(line.removesuffix(b"\r"))
