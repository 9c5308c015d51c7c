"""Cards and one-time keys."""

import dataclasses

import pytest

from rogatory_protocol.card import (
    Card,
    Channel,
    Contact,
    OneTimeKeys,
    accept_card,
    build_card,
    build_one_time_keys,
    join_keys,
    keys_hash,
    parse_card,
    parse_one_time_keys,
    split_keys,
    verify_one_time_keys,
)
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Id16
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import EncryptionKey, SigningKey

DAY = 86_400
NOW = 1_800_000_000
KEY = SigningKey(b"c" * 64)
GIVER, RECEIVER = Aid(b"g" * 32), Aid(b"r" * 32)
CARD = Card(
    aid=GIVER,
    ver=2,
    seq=7,
    ts=NOW,
    exp=NOW + 30 * DAY,
    urls=("wss://link.xa.example/rgt",),
    pins=(b"p" * 32,),
    contacts=(
        Contact(
            role="cybercrime-24x7",
            languages=("fr", "en"),
            hours="24/7",
            zone="Africa/Abidjan",
            channels=(Channel(kind="phone", value="+999 0000 0001"), Channel(kind="mail", value="duty@xa.example")),
        ),
    ),
)
PUBLICS = [EncryptionKey(bytes([n]) * 32).public for n in range(1, 4)]
KEYS = join_keys(PUBLICS)
OTKEYS = OneTimeKeys(
    aid=GIVER, peer=RECEIVER, link=b"l" * 32, boot=Id16(b"b" * 16), ts=NOW, kh=keys_hash(KEYS)
)  # fmt: skip


def take(card: Card, held: Card | None = None, *, ver: int = 2, now: int = NOW, signer: SigningKey = KEY) -> Card:
    unverified = parse_card(sign(signer, Context.CARD, build_card(card)))
    return accept_card(unverified, KEY.public, held, ver=ver, now=now)


def refused(card: Card, held: Card | None = None, **how: object) -> Code:
    with pytest.raises(RefusedError) as caught:
        take(card, held, **how)  # type: ignore[arg-type]
    return caught.value.code


def test_card_is_accepted_as_it_was_built() -> None:
    assert take(CARD) == CARD
    assert take(CARD, CARD) == CARD


@pytest.mark.parametrize(
    "changes", [{"seq": 6}, {"ver": 1, "seq": 2**64 - 1}, {"urls": ()}, {"aid": RECEIVER, "seq": 8}]
)
def test_DIR_03_older_card_is_refused(changes: dict[str, object]) -> None:
    assert refused(dataclasses.replace(CARD, **changes), CARD) is Code.NOT_GOOD  # type: ignore[arg-type]


def test_DIR_05_new_statement_cures_a_sequence_driven_to_its_end() -> None:
    stolen = dataclasses.replace(CARD, seq=2**64 - 1)
    cured = dataclasses.replace(CARD, ver=3, seq=0)

    assert take(cured, stolen, ver=3) == cured


def test_DIR_05_card_of_an_unknown_statement_waits_for_the_directory() -> None:
    assert refused(dataclasses.replace(CARD, ver=3), CARD) is Code.DIRECTORY_OLD


def test_DIR_27_expired_card_is_refused_to_the_second() -> None:
    assert take(CARD, now=CARD.exp) == CARD
    assert refused(CARD, now=CARD.exp + 1) is Code.EXPIRED


def test_card_of_the_future_is_refused_to_the_second() -> None:
    assert take(CARD, now=NOW - 600) == CARD
    assert refused(CARD, now=NOW - 601) is Code.FUTURE


def test_card_by_another_key_is_refused() -> None:
    assert refused(CARD, signer=SigningKey(b"x" * 64)) is Code.SIGNATURE


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW + 90 * DAY + 1},
        {"exp": NOW},
        {"urls": ("ws://link.xa.example",)},
        {"urls": ("wss://link.xa.example/\n",)},
        {"urls": ("wss://xa.example",) * 9},
        {"rv": ("wss://xa.example",) * 5},
        {"pins": (b"short",)},
        {"contacts": (dataclasses.replace(CARD.contacts[0], role=""),)},
        {"contacts": (dataclasses.replace(CARD.contacts[0], hours="x" * 201),)},
        {"contacts": (dataclasses.replace(CARD.contacts[0], channels=(Channel(kind="", value="x"),)),)},
        {"contacts": CARD.contacts * 65},
        {"ver": 0},
    ],
)
def test_field_outside_its_limits_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RefusedError) as caught:
        build_card(dataclasses.replace(CARD, **changes))  # type: ignore[arg-type]
    assert caught.value.code is Code.MALFORMED


def test_reserved_units_are_refused() -> None:
    payload = decode(build_card(CARD))
    assert isinstance(payload, dict)
    payload["units"] = [{}]

    with pytest.raises(RefusedError):
        parse_card(sign(KEY, Context.CARD, encode(payload)))


# --- One-time keys ----------------------------------------------------------------------------------------------------


def endorsed(raw: bytes, **where: object) -> OneTimeKeys:
    place = {"giver": GIVER, "receiver": RECEIVER, "link": OTKEYS.link} | where
    return verify_one_time_keys(parse_one_time_keys(raw), KEY.public, **place)  # type: ignore[arg-type]


RAW = sign(KEY, Context.OTKEYS, build_one_time_keys(OTKEYS))


def test_one_time_keys_are_taken_as_they_were_given() -> None:
    assert split_keys(endorsed(RAW), KEYS) == PUBLICS


@pytest.mark.parametrize("where", [{"giver": RECEIVER}, {"receiver": GIVER}, {"link": bytes(32)}])
def test_one_time_keys_of_another_link_are_refused(where: dict[str, object]) -> None:
    with pytest.raises(RefusedError) as caught:
        endorsed(RAW, **where)
    assert caught.value.code is Code.DISAGREE


def test_one_time_keys_by_another_key_are_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        endorsed(sign(SigningKey(b"x" * 64), Context.OTKEYS, build_one_time_keys(OTKEYS)))
    assert caught.value.code is Code.SIGNATURE


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (b"", Code.MALFORMED),
        (KEYS[:-1], Code.MALFORMED),
        (KEYS * 22, Code.MALFORMED),
        (join_keys(PUBLICS[:2]), Code.DISAGREE),
        (join_keys(PUBLICS[::-1]), Code.DISAGREE),
    ],
)
def test_substituted_keys_are_refused(keys: bytes, code: Code) -> None:
    with pytest.raises(RefusedError) as caught:
        split_keys(OTKEYS, keys)
    assert caught.value.code is code


def test_repeated_keys_are_refused_though_signed() -> None:
    twice = join_keys(PUBLICS[:1] * 2)
    with pytest.raises(RefusedError) as caught:
        split_keys(dataclasses.replace(OTKEYS, kh=keys_hash(twice)), twice)
    assert caught.value.code is Code.MALFORMED


def test_READY_brings_no_more_than_its_eight() -> None:
    with pytest.raises(RefusedError):
        split_keys(OTKEYS, KEYS, most=2)


@pytest.mark.parametrize("publics", [[], PUBLICS * 22, [b"short"]])
def test_impossible_keys_are_our_mistake(publics: list[bytes]) -> None:
    with pytest.raises(LocalProtocolError):
        join_keys(publics)
