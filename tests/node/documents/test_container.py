"""ASiC-E: a container that says who sealed what, and refuses every change."""

import io
import zipfile

import pytest
from certificates import key_store, root_of

from rogatory_node.documents.container import MANIFEST, SIGNATURE, ContainerError, pack, unpack
from rogatory_node.documents.signing import signer

FILES = {"request.json": b"{}", "papers/order é.pdf": b"%PDF-1.7 " * 1000}
STORE = key_store("Autoridad central", b"x")
ROOT = root_of(STORE, b"x")


async def packed() -> bytes:
    return await pack(FILES, signer(STORE, b"x"))


def changed(container: bytes, name: str, data: bytes | None) -> bytes:
    """The container with one file replaced, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
            elif data is not None:
                new.writestr(entry, data)
    return out.getvalue()


async def test_opens_and_is_trusted() -> None:
    opened = await unpack(await packed(), [ROOT])
    assert opened.files == FILES
    assert (opened.intact, opened.trusted) == (True, True)
    assert "Autoridad central" in opened.signer


async def test_the_media_type_comes_first_and_unpacked() -> None:
    container = await packed()
    assert container[30:38] == b"mimetype"
    assert container[38 : 38 + 31] == b"application/vnd.etsi.asic-e+zip"


async def test_another_root_does_not_trust_it() -> None:
    opened = await unpack(await packed(), [root_of(key_store("Other", b"x"), b"x")])
    assert (opened.intact, opened.trusted) == (True, False)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("request.json", b"[]"),
        ("request.json", None),
        (MANIFEST, None),
        (SIGNATURE, None),
        (SIGNATURE, b"not a signature"),
        (MANIFEST, b"<!DOCTYPE x><x/>"),
        (MANIFEST, b"<x"),
        ("mimetype", b"text/plain"),
    ],
)
async def test_a_change_is_refused(name: str, data: bytes | None) -> None:
    with pytest.raises(ContainerError):
        await unpack(changed(await packed(), name, data), [ROOT])


async def test_a_manifest_of_another_signature_is_not_intact() -> None:
    other = await pack(FILES | {"more.txt": b""}, signer(STORE, b"x"))
    with zipfile.ZipFile(io.BytesIO(other)) as file:
        signature = file.read(SIGNATURE)
    opened = await unpack(changed(await packed(), SIGNATURE, signature), [ROOT])
    assert (opened.intact, opened.trusted) == (False, False)


@pytest.mark.parametrize(
    "name", ["", "../up", "META-INF/x", "mimetype", "a\\b", "a//b", "/root", "bell\x07", "x" * 256]
)
async def test_ATT_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(ContainerError):
        await pack({name: b""}, signer(STORE, b"x"))


async def test_what_is_no_container_is_said() -> None:
    with pytest.raises(ContainerError):
        await unpack(b"no", [ROOT])
