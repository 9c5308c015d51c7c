"""Passkeys over HTTP: what a page asks of a device, and whether the answer holds (WebAuthn level 3).

* The device must have verified its user (fingerprint, face or PIN) and hold the key itself, so that no name is typed.
* A device signs the address of the page: there are passkeys only where the page has a name, and a page of another
  address gets nothing.
* The question is in the page and the answer comes in a form, so the script needs no further connection.
"""

import json
import logging
from typing import Final
from urllib.parse import urlsplit

from rogatory_node.casebook.passkeys import Adding, PasskeyError, Passkeys, Using, passkey_id
from rogatory_node.i18n import later
from rogatory_node.web.desk.context import Ask
from rogatory_node.web.desk.rendering import own_name
from rogatory_protocol.ids import Id16

log = logging.getLogger(__name__)

WRONG: Final = later("The passkey was not accepted. Try again, or use your password.")
MAX_ANSWER: Final = 32_768


def passkeys(ask: Ask) -> Passkeys:
    """Return what is done with passkeys here."""
    return Passkeys(sealer=ask.desk.own.sealer, wall=ask.desk.wall)


def host(ask: Ask) -> str | None:
    """Return the name by which devices know these pages; None when they have only a number."""
    name = urlsplit(ask.origin).hostname or ""
    return None if name.replace(".", "").isdigit() or ":" in name else name


def wanted(ask: Ask, purpose: bytes) -> str | None:
    """Return what a page asks of any device of ours, as JSON; None when there can be none."""
    name = host(ask)
    if name is None:
        return None
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    challenge = ask.desk.challenges.make(purpose)
    options = generate_authentication_options(
        rp_id=name, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json(options)


async def prove(ask: Ask, purpose: bytes, answer: str) -> Id16 | None:
    """Return whose device answered, or None when the answer does not hold."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    name, keys = host(ask), passkeys(ask)
    try:
        challenge, credential = _read(answer)
        held = await ask.desk.read(keys.one, passkey_id(credential))
        if name is None or not ask.desk.challenges.take(purpose, challenge):
            return None
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=name,
            expected_origin=ask.origin,
            credential_public_key=held.public_key,
            credential_current_sign_count=0,  # whether it grew is asked in the transaction that notes it
            require_user_verification=True,
        )
        return await ask.desk.write(keys.use, Using(passkey=held.id, count=verified.new_sign_count))
    except (WebAuthnException, PasskeyError, ValueError) as error:
        log.warning("desk.passkey.refused", extra={"kind": type(error).__name__})
        return None


async def offer(ask: Ask, purpose: bytes) -> str | None:
    """Return what a page asks of a device that is to be added, as JSON; None when there can be none."""
    name = host(ask)
    if name is None or ask.session is None:
        return None
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    held = await ask.desk.read(passkeys(ask).listed, ask.session.person)
    options = generate_registration_options(
        rp_id=name,
        rp_name=own_name(ask),
        user_id=bytes(ask.session.person),
        user_name=ask.name,
        challenge=ask.desk.challenges.make(purpose),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential) for each in held],
    )
    return options_to_json(options)


async def add(ask: Ask, purpose: bytes, answer: str, label: str) -> bool:
    """Add a device of who asks; tell whether its answer holds.

    Raises:
        PeopleError: The label is empty, too long, or not one line.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    name = host(ask)
    try:
        challenge, _ = _read(answer)
        if name is None or not ask.desk.challenges.take(purpose, challenge):
            return False
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=name,
            expected_origin=ask.origin,
            require_user_verification=True,
        )
        adding = Adding(
            by=ask.acting,
            credential=verified.credential_id,
            public_key=verified.credential_public_key,
            count=verified.sign_count,
            label=label,
        )
        await ask.desk.write(passkeys(ask).add, adding)
    except (WebAuthnException, PasskeyError, ValueError) as error:
        log.warning("desk.passkey.refused", extra={"kind": type(error).__name__})
        return False
    return True


def _read(answer: str) -> tuple[bytes, bytes]:
    """Return the challenge that a device says it signed, and the device's own name for its key.

    Raises:
        ValueError: The answer is none.
    """
    from webauthn.helpers import base64url_to_bytes

    if len(answer) > MAX_ANSWER:
        raise ValueError("answer")
    try:
        told = json.loads(answer)
        client = json.loads(base64url_to_bytes(told["response"]["clientDataJSON"]))
        return base64url_to_bytes(client["challenge"]), base64url_to_bytes(told["rawId"])
    except (KeyError, TypeError, RecursionError):
        raise ValueError("answer") from None
