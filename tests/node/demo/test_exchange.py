"""Damage for the proof that must not hold."""

from pathlib import Path

from rogatory_node.demo.exchange import _damaged


def test_damage_is_one_bit_in_the_middle_of_a_copy(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(bytes(9))
    assert _damaged(bundle).read_bytes() == b"\0\0\0\0\1\0\0\0\0"
    assert bundle.read_bytes() == bytes(9)
