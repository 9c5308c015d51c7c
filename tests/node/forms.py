"""Complete requests, as an officer would write them: what a check has nothing to say about, whatever the day."""

import json
from typing import Any

from rogatory_node.casework.types import catalogue

URGENT = {"grade": "VOLATILE", "reasons": "The provider overwrites its records every seven days."}
CONTACT = {"name": "Head of unit", "phone": "+999 1 555 0100"}


def complete(**fields: Any) -> dict[str, Any]:
    """Return a complete request for preservation, with these fields in it."""
    form = catalogue.example("data.preserve")
    del form["intent_to_submit_mla"]["expected"]
    return form | fields


def urgent(**fields: Any) -> dict[str, Any]:
    """Return a complete urgent request, whose authenticity somebody can confirm."""
    return complete(urgency=URGENT, confirmation_contact=CONTACT) | fields


def written(form: dict[str, Any]) -> bytes:
    """Return the file of a form."""
    return json.dumps(form, ensure_ascii=False).encode()
