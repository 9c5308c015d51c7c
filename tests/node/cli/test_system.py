"""What the system says: frequent reasons in our words, rare ones in its own."""

import errno

from rogatory_node.cli.system import REASONS, why


def test_frequent_reasons_are_ours_and_rare_ones_the_system_s() -> None:
    assert why(FileNotFoundError(errno.ENOENT, "No such file or directory")) == "it is not there"
    assert all(why(OSError(number, "x")) != "x" for number in REASONS)
    assert why(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    assert why(OSError()) == "OSError"
