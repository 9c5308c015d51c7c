"""Names of files that browsers send."""

import pytest

from rogatory_node.web.desk.uploading import _named


@pytest.mark.parametrize(
    ("sent", "name"),
    [("order.pdf", "order.pdf"), ("C:\\a\\b.pdf", "b.pdf"), ("/etc/x", "x"), ("../", ""), (" a ", "a")],
)
def test_ATT_01_a_name_is_the_last_part_of_a_path(sent: str, name: str) -> None:
    assert _named(sent) == name
