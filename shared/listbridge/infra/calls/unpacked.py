"""A document that comes as a ZIP archive of one file, as a gzip file, or as it is: told by its first bytes, unpacked as it arrives."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from listbridge.infra.calls.streamed_body import BodyUnusable

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_HEADER = struct.Struct("<4s5H3I2H")
"""The head of a file in a ZIP archive (APPNOTE 6.3.10, 4.3.7)."""
_DEFLATED, _ENCRYPTED = 8, 1
_PIECE = 65_536


def unpacked(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The document, of which `most` bytes are the most, in pieces of 64 KiB at most.

    Of an archive its first file, which must be deflated: of one that is only stored the length may stand behind it. Raises
    BodyUnusable.
    """
    begun = _at_least(pieces, b"", len(_ZIP))
    if begun.startswith(_ZIP):
        pieces, begun = _behind_the_head(pieces, begun)
        plain = _inflated(pieces, begun, -zlib.MAX_WBITS)
    elif begun.startswith(_GZIP):
        plain = _inflated(pieces, begun, 16 + zlib.MAX_WBITS)
    else:
        plain = _joined(begun, pieces)
    arrived = 0
    for piece in plain:
        arrived += len(piece)
        if arrived > most:
            raise BodyUnusable("too long when unpacked")
        yield piece


def _joined(begun: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if begun:
        yield begun
    yield from pieces


def _at_least(pieces: Iterator[bytes], begun: bytes, count: int) -> bytes:
    while len(begun) < count:
        piece = next(pieces, None)
        if piece is None:
            break
        begun += piece
    return begun


def _behind_the_head(pieces: Iterator[bytes], begun: bytes) -> tuple[Iterator[bytes], bytes]:
    begun = _at_least(pieces, begun, _HEADER.size)
    if len(begun) < _HEADER.size:
        raise BodyUnusable("cut short")
    _, _, flags, method, *_, name, extra = _HEADER.unpack_from(begun)
    if flags & _ENCRYPTED or method != _DEFLATED:
        raise BodyUnusable(f"packed by method {method}, flags {flags}")
    head = _HEADER.size + name + extra
    begun = _at_least(pieces, begun, head)
    if len(begun) < head:
        raise BodyUnusable("cut short")
    return pieces, begun[head:]


def _inflated(pieces: Iterator[bytes], begun: bytes, wbits: int) -> Iterator[bytes]:
    """What follows the end of the first stream is passed over: an archive's directory."""
    stream = zlib.decompressobj(wbits)
    try:
        for piece in _joined(begun, pieces):
            rest = piece
            while rest and not stream.eof:
                if plain := stream.decompress(rest, _PIECE):
                    yield plain
                rest = stream.unconsumed_tail
    except zlib.error as error:
        raise BodyUnusable("not what it says it is") from error
    if not stream.eof:
        raise BodyUnusable("cut short")
