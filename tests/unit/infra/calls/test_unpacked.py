"""A document in an archive, in a gzip file or as it is, in whatever pieces it arrives; a cut is never its end."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator

import pytest

from listbridge.infra.calls.streamed_body import BodyUnusable
from listbridge.infra.calls.unpacked import unpacked

TEXT = b"".join(b"<row>%d</row>" % number for number in range(2_000))


def zipped(text: bytes = TEXT, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("report.xml", text)
        archive.writestr("second.xml", b"not read")
    return packed.getvalue()


def pieces(whole: bytes, size: int) -> Iterator[bytes]:
    return (whole[at : at + size] for at in range(0, len(whole), size))


@pytest.mark.parametrize("size", [1, 7, 65_536])
@pytest.mark.parametrize("whole", [zipped(), gzip.compress(TEXT), TEXT], ids=["zip", "gzip", "plain"])
def test_the_document_comes_out_whole(whole: bytes, size: int) -> None:
    assert b"".join(unpacked(pieces(whole, size), len(TEXT))) == TEXT


def test_an_archive_that_is_written_as_it_goes_is_read_too() -> None:
    """Its sizes stand behind the file, as of every archive that is streamed."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.whole = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: object, /) -> int:
            self.whole += bytes(piece)  # type: ignore[call-overload]
            return len(self.whole)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        archive.writestr("report.xml", TEXT)
    assert b"".join(unpacked(pieces(stream.whole, 100), len(TEXT))) == TEXT


@pytest.mark.parametrize("kept", [3, 20, 35, 300])
def test_an_archive_that_is_cut_short_is_no_document(kept: int) -> None:
    cut = zipped()[:kept]
    if kept == 3:
        assert b"".join(unpacked(iter([cut]), 100)) == cut  # nothing says that it was to be an archive
        return
    with pytest.raises(BodyUnusable, match="cut short"):
        list(unpacked(iter([cut]), len(TEXT)))


def test_more_than_was_allowed_is_refused_before_it_is_held() -> None:
    bomb = zipped(b"0" * 50_000_000)
    taken: list[int] = []
    with pytest.raises(BodyUnusable, match="too long"):
        taken.extend(len(piece) for piece in unpacked(pieces(bomb, 65_536), 1_000_000))
    assert sum(taken) <= 1_000_000


def test_a_file_that_is_only_stored_is_refused_for_nothing_says_where_it_ends() -> None:
    with pytest.raises(BodyUnusable, match="method 0"):
        list(unpacked(iter([zipped(method=zipfile.ZIP_STORED)]), len(TEXT)))


def test_a_broken_stream_is_refused() -> None:
    whole = bytearray(zipped())
    whole[60:90] = b"\xff" * 30
    with pytest.raises(BodyUnusable):
        list(unpacked(iter([bytes(whole)]), len(TEXT)))
