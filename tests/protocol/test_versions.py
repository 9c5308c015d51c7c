"""Another version or suite is told apart from nonsense."""

import pytest

from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.versions import check_spoken


@pytest.mark.parametrize(("value", "code"), [({"v": 2}, Code.VERSION), ({"v": 1, "suite": 3}, Code.SUITE)])
def test_LET_11_another_version_or_suite_is_named(value: dict[str, int], code: Code) -> None:
    with pytest.raises(RefusedError) as caught:
        check_spoken(value, "object")  # type: ignore[arg-type]
    assert caught.value.code is code


@pytest.mark.parametrize("value", [{}, {"v": 1, "suite": 1}, {"v": "2"}, {"v": True}, [], None])
def test_everything_else_is_left_to_the_table(value: object) -> None:
    check_spoken(value, "object")  # type: ignore[arg-type]
