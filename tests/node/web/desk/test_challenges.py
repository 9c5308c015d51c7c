"""What devices sign: once, for one purpose, in time."""

from rogatory_node.web.desk.challenges import SECONDS, Challenges


def test_WEB_25_a_challenge_works_once() -> None:
    challenges = Challenges(lambda: 1_000.0)
    one, other = challenges.make(b"sign-in"), challenges.make(b"sign-in")
    assert one != other
    assert challenges.take(b"sign-in", one)
    assert not challenges.take(b"sign-in", one)
    assert challenges.take(b"sign-in", other)


def test_WEB_25_a_challenge_of_elsewhere_is_none() -> None:
    challenges = Challenges(lambda: 1_000.0)
    made = challenges.make(b"sign-in")
    changed = bytes([made[0] ^ 1]) + made[1:]
    for purpose, challenge in ((b"anew", made), (b"sign-in", changed), (b"sign-in", b""), (b"sign-in", made[:-1])):
        assert not challenges.take(purpose, challenge)
    assert not Challenges(lambda: 1_000.0).take(b"sign-in", made)


def test_a_challenge_ends_and_is_forgotten() -> None:
    clock = [1_000.0]
    challenges = Challenges(lambda: clock[0])
    late = challenges.make(b"sign-in")
    assert challenges.take(b"sign-in", challenges.make(b"sign-in"))
    clock[0] += SECONDS
    assert not challenges.take(b"sign-in", late)
    assert challenges.take(b"sign-in", challenges.make(b"sign-in"))
    assert len(challenges._used) == 1
