"""Files as they were chosen."""

from pathlib import Path

import pytest

from rogatory_node.cli.files import MAX_FILE_BYTES, files_of, read_form
from rogatory_node.cli.output import Failure


def test_a_form_is_read_up_to_one_byte_too_much(tmp_path: Path) -> None:
    file = tmp_path / "form"
    file.write_bytes(b"x" * (MAX_FILE_BYTES + 9))
    assert len(read_form(file)) == MAX_FILE_BYTES + 1


def test_what_cannot_be_attached_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(Failure):
            files_of([path])
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    one, two = files_of([file, file])
    assert (one.size, one.upload != two.upload) == (3, True)
