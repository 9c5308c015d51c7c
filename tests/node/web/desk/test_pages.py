"""The table of pages: who is let in where."""

import pytest
from officers import Officer, signed_in

from rogatory_node.casework.roles import Role
from rogatory_node.web.desk.pages import TABLE
from rogatory_node.web.desk.serving import Page


def address(line: Page) -> str:
    return line.path.replace("{", "").replace("}", "")


async def test_WEB_01_nobody_sees_a_page_without_a_session(officer: Officer) -> None:
    for line in TABLE:
        seen = await officer.get(address(line))
        if line.open:
            assert seen.status in (200, 303, 404), line.path
        elif line.get is None:
            assert seen.status == 405, line.path
        else:
            assert (seen.status, seen.headers["Location"][:9]) == (303, "/sign-in?"), line.path
        if not line.open and line.post is not None:
            assert (await officer.post(address(line))).status == 401, line.path


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.REGISTRAR, Role.AUDITOR, Role.TRANSLATOR])
async def test_WEB_02_a_page_of_another_role_is_refused(officer: Officer, role: Role) -> None:
    await signed_in(officer, role)
    from rogatory_node.casework.roles import actions_of

    for line in TABLE:
        if line.action is not None and line.action not in actions_of([role]):
            await officer.get("/account")
            for seen in (await officer.get(address(line)), await officer.post(address(line))):
                assert seen.status in (403, 405), line.path


def test_no_address_stands_twice() -> None:
    assert len({line.path for line in TABLE}) == len(TABLE)
