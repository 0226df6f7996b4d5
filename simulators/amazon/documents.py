"""Documents behind presigned addresses: what feeds are made of, what they and reports result in.

An address works for five minutes, for one verb, without a token (official models feeds_2021-06-30 and reports_2021-06-30). An
upload has to have the content type that was declared. Refusals are those of the storage behind it, in XML.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from simulators.amazon.wire import Call, Operation
from simulators.kit.wire import Reply

if TYPE_CHECKING:
    from simulators.amazon.world import World

Verb = Literal["GET", "PUT"]
Compression = Literal["never", "always", "large"]
PATH = "/_documents/{documentId}"
_LIFE = timedelta(minutes=5)
_LARGE = 1024
_NO_MATCH = "The request signature we calculated does not match the signature you provided."


@dataclass(slots=True)
class Document:
    """What is stored. `body` is None until it has been uploaded, and compressed where `compressed` says so."""

    document_id: str
    seller_id: str
    content_type: str
    body: bytes | None = None
    compressed: bool = False

    @property
    def content(self) -> bytes:
        """The contents, decompressed."""
        body = self.body or b""
        return gzip.decompress(body) if self.compressed else body


@dataclass(frozen=True, slots=True)
class _Signed:
    document: Document
    verb: Verb
    expires_at: datetime
    encoding_told: bool


class Documents:
    """All documents, and the addresses given out for them. `compression` says which results are stored as GZIP."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._documents: dict[str, Document] = {}
        self._signed: dict[str, _Signed] = {}
        self.compression: Compression = "large"

    def add(self, seller_id: str, content_type: str, content: bytes | None = None) -> Document:
        """Room for an upload, or a result that is compressed as `compression` has it."""
        document_id = f"amzn1.tortuga.4.{self._world.random.getrandbits(128):032x}"
        document = Document(document_id, seller_id, content_type)
        if content is not None:
            document.compressed = self.compression == "always" or (
                self.compression == "large" and len(content) >= _LARGE
            )
            document.body = gzip.compress(content) if document.compressed else content
        self._documents[document_id] = document
        return document

    def of(self, seller_id: str, document_id: str) -> Document | None:
        """A document of this seller, or None."""
        document = self._documents.get(document_id)
        return document if document is not None and document.seller_id == seller_id else None

    def address(self, origin: str, document: Document, verb: Verb, *, encoding_told: bool = False) -> str:
        """A presigned address that works from now on for five minutes.

        `encoding_told`: what is compressed comes with `Content-Encoding: gzip`, and HTTP clients decompress it themselves.
        """
        signature = f"{self._world.random.getrandbits(256):064x}"
        self._signed[signature] = _Signed(document, verb, self._world.now() + _LIFE, encoding_told)
        return f"{origin}/_documents/{document.document_id}?X-Amz-Expires=300&X-Amz-Signature={signature}"

    def told(self, call: Call, document: Document, id_name: str) -> dict[str, str]:
        """FeedDocument and ReportDocument: the id, the address to fetch it from, and whether it is compressed there."""
        encoding_told = call.query.get("enableContentEncodingUrlHeader") == "true"
        answer = {
            id_name: document.document_id,
            "url": self.address(call.origin, document, "GET", encoding_told=encoding_told),
        }
        if document.compressed:
            answer["compressionAlgorithm"] = "GZIP"
        return answer

    def opened(self, call: Call, verb: Verb) -> _Signed | Reply:
        """What the address of a call is signed for, or the refusal: 403 for a wrong signature and for one that has expired."""
        signed = self._signed.get(call.query.get("X-Amz-Signature", ""))
        if signed is None or signed.verb != verb or signed.document.document_id != call.parameters["documentId"]:
            return _refused("SignatureDoesNotMatch", _NO_MATCH)
        if self._world.now() >= signed.expires_at:
            return _refused("AccessDenied", "Request has expired")
        return signed


def upload(world: World, call: Call) -> Reply:
    """Store what comes. 403 for an address that is not signed for this, has expired, or for another content type."""
    signed = world.documents.opened(call, "PUT")
    if isinstance(signed, Reply):
        return signed
    if call.headers["content-type"] != signed.document.content_type:
        return _refused("SignatureDoesNotMatch", _NO_MATCH)
    signed.document.body = call.body
    return Reply(200)


def download(world: World, call: Call) -> Reply:
    """What is stored, as it is stored."""
    signed = world.documents.opened(call, "GET")
    if isinstance(signed, Reply):
        return signed
    document = signed.document
    if document.body is None:
        return _refused("NoSuchKey", "The specified key does not exist.", 404)
    headers = {"Content-Encoding": "gzip"} if document.compressed and signed.encoding_told else {}
    return Reply(200, document.body, headers, document.content_type)


def _refused(code: str, message: str, status: int = 403) -> Reply:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(status, body, {}, "application/xml")


OPERATIONS: tuple[Operation, ...] = (
    Operation("uploadDocument", "PUT", PATH, upload, presigned=True),
    Operation("downloadDocument", "GET", PATH, download, presigned=True),
)
