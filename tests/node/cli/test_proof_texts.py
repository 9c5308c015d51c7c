"""Every finding has a text, and every text fits what is found."""

import string

from rogatory_keys.bundle_verdict import What
from rogatory_node.cli.proof_texts import TEXTS

KNOWN = {
    "fault", "file", "why", "code", "digits", "ts", "size", "name", "ver", "sender", "names", "count", "index", "bytes",
    "sha256", "latest", "issuer", "role", "to", "level", "first", "last", "event", "n",
    "by", "subject", "kind", "authority",
}  # fmt: skip


def test_every_finding_has_a_text() -> None:
    assert set(TEXTS) == set(What)


def test_texts_ask_for_known_values_only() -> None:
    for text in TEXTS.values():
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} <= KNOWN
