"""A container of evidence that others' tools open: ASiC-E with CAdES (ETSI EN 319 162-1).

* One ZIP: the media type first and unpacked, the files, a manifest of their digests, a detached signature over it.
* The same files and key give the same container but for the signature, whose attributes carry the time.
* Reading trusts nothing: names, number and sizes are limited before anything is unpacked; each digest is compared.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from rogatory_node.documents.page import DocumentError
from rogatory_node.documents.signing import DIGEST, context

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner

MEDIA_TYPE: Final = "application/vnd.etsi.asic-e+zip"
MANIFEST: Final = "META-INF/ASiCManifest001.xml"
SIGNATURE: Final = "META-INF/signature001.p7s"
MAX_FILES: Final = 10_000  # as many as a case has letters and evidence, many times over
MAX_BYTES: Final = 2 * 1024**3  # held in memory: larger evidence travels in a bundle
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
_DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first time that a ZIP can carry


class ContainerError(DocumentError):
    """A container is not what it should be; the message names the first thing that is wrong."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A container whose digests are all right.

    Attributes:
        files: Name and bytes.
        signer: The subject of the signature's certificate.
        intact: The signature is over this manifest.
        trusted: Its certificate leads to one of the given roots.
    """

    files: Mapping[str, bytes]
    signer: str
    intact: bool
    trusted: bool


async def pack(files: Mapping[str, bytes], key: "SimpleSigner") -> bytes:
    """Return a signed container of files.

    Raises:
        ContainerError: A name that a container cannot hold, or too much for one.
    """
    for name in files:
        _fit(name)
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
        raise ContainerError("too much for one container")
    manifest = _manifest(files)
    signature = await key.async_sign_general_data(manifest, DIGEST, detached=True, use_cades=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        _put(file, "mimetype", MEDIA_TYPE.encode(), zipfile.ZIP_STORED)
        for name, data in files.items():
            _put(file, name, data, zipfile.ZIP_DEFLATED)
        _put(file, MANIFEST, manifest, zipfile.ZIP_DEFLATED)
        _put(file, SIGNATURE, signature.dump(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


async def unpack(container: bytes, roots: Sequence[bytes]) -> Opened:
    """Open a container and judge its signature.

    Raises:
        ContainerError: Not such a container, too much in it, or a digest that differs.
    """
    from asn1crypto import cms
    from pyhanko.sign.validation.generic_cms import async_validate_detached_cms

    files = _read(container)
    manifest, signature = files.pop(MANIFEST, None), files.pop(SIGNATURE, None)
    if manifest is None or signature is None:
        raise ContainerError("the manifest or the signature is missing")
    if _named(manifest) != {name: hashlib.sha256(data).digest() for name, data in files.items()}:
        raise ContainerError("the files are not those of the manifest")
    try:
        signed = cms.ContentInfo.load(signature)["content"]
        status: Any = await async_validate_detached_cms(manifest, signed, signer_validation_context=context(roots))
    except (ValueError, TypeError, KeyError):
        raise ContainerError("the signature cannot be read") from None
    intact = bool(status.intact and status.valid)
    return Opened(files, status.signing_cert.subject.human_friendly, intact, intact and bool(status.trusted))


def _put(file: zipfile.ZipFile, name: str, data: bytes, method: int) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type, entry.external_attr = method, 0o644 << 16
    file.writestr(entry, data)


def _fit(name: str) -> None:
    parts = name.split("/")
    if not name or len(name) > 255 or "\\" in name or ".." in parts or "" in parts or name.startswith("META-INF/"):
        raise ContainerError("a name that a container cannot hold")
    if name == "mimetype" or any(ord(sign) < 0x20 for sign in name):
        raise ContainerError("a name that a container cannot hold")


def _manifest(files: Mapping[str, bytes]) -> bytes:
    ElementTree.register_namespace("asic", _ASIC)
    ElementTree.register_namespace("ds", _DSIG)
    root = ElementTree.Element(f"{{{_ASIC}}}ASiCManifest")
    ElementTree.SubElement(root, f"{{{_ASIC}}}SigReference", URI=SIGNATURE, MimeType="application/x-pkcs7-signature")
    for name, data in files.items():
        of = ElementTree.SubElement(root, f"{{{_ASIC}}}DataObjectReference", URI=_uri(name))
        ElementTree.SubElement(of, f"{{{_DSIG}}}DigestMethod", Algorithm=_SHA256)
        ElementTree.SubElement(of, f"{{{_DSIG}}}DigestValue").text = _base64(hashlib.sha256(data).digest())
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _read(container: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(container)) as file:
            entries = file.infolist()
            if len(entries) > MAX_FILES + 3 or sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise ContainerError("too much for one container")
            if len({entry.filename for entry in entries}) != len(entries):
                raise ContainerError("two files of one name")
            files = {entry.filename: file.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise ContainerError("not a container") from None
    if not entries or entries[0].filename != "mimetype" or files.pop("mimetype", b"") != MEDIA_TYPE.encode():
        raise ContainerError("not a container of this kind")
    for name in files.keys() - {MANIFEST, SIGNATURE}:
        _fit(name)
    return files


def _named(manifest: bytes) -> dict[str, bytes]:
    import base64
    from urllib.parse import unquote

    if b"<!" in manifest:  # no entities, no doctype: nothing of them is needed
        raise ContainerError("the manifest cannot be read")
    try:
        root = ElementTree.fromstring(manifest)  # noqa: S314 - no doctype, so no entities: checked above
        named = {}
        for of in root.iter(f"{{{_ASIC}}}DataObjectReference"):
            method, value = of.find(f"{{{_DSIG}}}DigestMethod"), of.find(f"{{{_DSIG}}}DigestValue")
            if method is None or value is None or method.get("Algorithm") != _SHA256:
                raise ContainerError("the manifest cannot be read")
            named[unquote(of.attrib["URI"])] = base64.b64decode(value.text or "", validate=True)
    except (ElementTree.ParseError, KeyError, ValueError):
        raise ContainerError("the manifest cannot be read") from None
    return named


def _uri(name: str) -> str:
    from urllib.parse import quote

    return quote(name)


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()
