"""Reading ahead: the same leaves in the same order, and nothing forged becomes true by it."""

import dataclasses

import pytest
from tests.keys.test_directory import NOW, Office, key
from tests.keys.test_replay import FOLLOWED

from rogatory_keys.ahead import GROUP, read_ahead
from rogatory_keys.replay import AlarmKind, Local, LogState, Place, State, judge
from rogatory_protocol.errors import Code
from rogatory_protocol.signed import Context, sign_many
from rogatory_protocol.statement_fields import Root, build
from rogatory_protocol.tiles import LeafKind, encode_leaf


@pytest.fixture(scope="module")
def chain() -> list[bytes]:
    office = Office("ahead")
    for _ in range(3):
        office.renew()
    return [encode_leaf(LeafKind.STATEMENT, each.raw) for each in office.chain]


def replay(leaves: list[bytes]) -> tuple[State, list[tuple[int, Code | None]]]:
    log = LogState(followed=FOLLOWED)
    state = State(local=Local(followed=(FOLLOWED,)), logs={FOLLOWED.aid: log})
    alarms = []
    for index, (leaf, memory) in enumerate(read_ahead(leaves)):
        place = Place(log=log, index=index, latest=NOW + 10**6, effective=NOW)
        alarms += judge(state, leaf, place, memory)
    return state, [(each.index, each.code) for each in alarms if each.kind is AlarmKind.INVALID_LEAF]


@pytest.mark.parametrize("rubbish", [0, GROUP, 3 * GROUP])
def test_leaves_come_in_order_whether_read_in_threads_or_not(chain: list[bytes], rubbish: int) -> None:
    state, invalid = replay([*chain, *(b"\x00" for _ in range(rubbish))])
    (authority,) = state.authorities.values()
    assert authority.newest.content.ver == len(chain)
    assert [index for index, _ in invalid] == list(range(len(chain), len(chain) + rubbish))


def test_a_forged_signature_is_refused_by_the_judge_in_threads_too(chain: list[bytes]) -> None:
    forged = bytearray(chain[1])
    forged[-40] ^= 1
    state, invalid = replay([chain[0], bytes(forged), *(b"\x00" for _ in range(GROUP))])
    (authority,) = state.authorities.values()
    assert authority.newest.content.ver == 1
    assert invalid[0] == (1, Code.SIGNATURE)


def test_a_signature_that_fits_gives_no_right_to_sign(chain: list[bytes]) -> None:
    owner, thief = Office("ahead"), key("ahead's thief")
    content = dataclasses.replace(
        owner.newest.content, ver=2, prev=owner.newest.digest, root=Root(k=1, keys=(thief.public,))
    )
    stolen = encode_leaf(LeafKind.STATEMENT, sign_many([thief], Context.AUTHORITY, build(content)))
    state, invalid = replay([chain[0], stolen, *(b"\x00" for _ in range(GROUP))])
    (authority,) = state.authorities.values()
    assert authority.newest.content.ver == 1
    assert invalid[0] == (1, Code.SIGNATURE)
