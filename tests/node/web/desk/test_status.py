"""The operator's page."""

from officers import Officer, signed_in

from rogatory_node.casework.roles import Role
from rogatory_node.delivery.peers import State
from rogatory_node.web.desk.status import STATES


async def test_the_operator_sees_how_the_node_stands(officer: Officer) -> None:
    await signed_in(officer, Role.ADMINISTRATOR)
    page = await officer.get("/status")
    assert page.status == 200
    assert "Free space" in page.words
    assert "No other authority is known yet" in page.words


def test_every_state_of_a_peer_has_words() -> None:
    assert set(STATES) == set(State)
