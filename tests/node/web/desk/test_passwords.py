"""Passwords and the codes of telephones."""

import asyncio

import pytest
from pyotp import TOTP

from rogatory_node.web.desk import passwords
from rogatory_node.web.desk.passwords import BusyError, Passwords, address_for_telephone, spelled, step_of

SECRET = bytes(range(20))


async def test_a_password_fits_itself_alone() -> None:
    small = Passwords(memory_bytes=8_192)
    kept = await small.hashed("several plain wörds")
    assert kept.startswith("$argon2id$")
    assert await small.fits(kept, "several plain wörds")
    for wrong in ("several plain words", "", "x" * 5_000):
        assert not await small.fits(kept, wrong)
    assert not await small.fits(None, "several plain wörds")


async def test_the_hash_takes_what_an_attacker_should_pay() -> None:
    assert "m=65536,t=3" in await Passwords().hashed("x" * 12)


async def test_WEB_23_a_flood_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 3)
    small = Passwords(memory_bytes=8_192)
    found = await asyncio.gather(*(small.hashed("x") for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(each, BusyError) for each in found) == 2
    await small.hashed("x")


def test_a_code_is_of_its_half_minute() -> None:
    totp = TOTP("AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT")
    assert spelled(SECRET) == "AAAQ EAYE AUDA OCAJ BIFQ YDIO B4IB CEQT"
    now = 1_800_000_000
    assert step_of(SECRET, totp.at(now), now) == now // 30
    assert step_of(SECRET, " ".join(totp.at(now)), now + 30) == now // 30
    assert step_of(SECRET, totp.at(now), now + 60) is None
    for wrong in ("", "\uff11\uff12\uff13\uff14\uff15\uff16", "x" * 10_000, "é"):
        assert step_of(SECRET, wrong, now) is None


def test_the_telephone_reads_name_and_authority() -> None:
    address = address_for_telephone(SECRET, "Ana & Bo", "Authority of XA")
    assert address.startswith("otpauth://totp/Authority%20of%20XA:Ana%20%26%20Bo?secret=AAAQ")
