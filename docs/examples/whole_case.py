"""A whole case over the interface for programs alone: written, approved, taken, decided, answered, proved.

    python whole_case.py settings.json

The settings name two nodes, ``asking`` and ``asked``, each with ``base`` (the address of its desk port) and ``tokens``
of a drafter, a signatory, a registrar and a decider; ``to`` and ``from`` (the digits of the two authorities);
``request`` and ``answer`` (files with the forms of the letters); ``proof`` (where the proof is written). Only the
standard library is used.
"""

import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

ATTACHMENT = b"Connection records of the hospital's firewall, as they were seized.\n"
PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.2


class Office:
    """One authority's node, asked in the name of its people."""

    def __init__(self, base: str, tokens: dict[str, str]) -> None:
        """Take the address and a token for each role."""
        self._base, self._tokens = base.rstrip("/") + "/api/v1", tokens

    def call(self, role: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Make one call and return the answer: JSON as a value, a file as bytes."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            self._base + path,
            data=raw,
            method=method,
            headers={"Authorization": f"Bearer {self._tokens[role]}", "Content-Type": kind, **given},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            answer = reply.read()
            return json.loads(answer) if reply.headers.get_content_type() == "application/json" else answer

    def until(self, role: str, path: str, there: Any) -> Any:
        """Ask again until the answer is as it is waited for."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                answer = self.call(role, "GET", path)
            except urllib.error.HTTPError as error:
                if error.code not in (404, 409):  # not there yet
                    raise
                answer = None
            if answer is not None and there(answer):
                return answer
            time.sleep(LOOK_SECONDS)
        raise SystemExit(f"waited too long for {path}")

    def send(self, form: str, to: str, *, case: str | None = None, files: tuple[str, ...] = ()) -> str:
        """Write a letter as the drafter, have the signatory approve it, and return its digest."""
        made = self.call(
            "drafter",
            "POST",
            "/drafts",
            {"form": form, "to": [to], "case": case, "attachments": list(files)},
            Idempotency_Key=uuid.uuid4().hex,
        )
        path = f"/drafts/{made['id']}"
        waiting = self.call("drafter", "POST", f"{path}/submit", If_Match=f'"{made["version"]}"')
        done = self.call("signatory", "POST", f"{path}/approve", {"hash": waiting["hash"]})
        return str(done["letter"])


def main(settings: dict[str, Any]) -> dict[str, Any]:
    """Drive the case and return what was seen."""
    asking, asked = (Office(**settings[name]) for name in ("asking", "asked"))
    upload = uuid.uuid4().hex
    asking.call(
        "drafter", "PUT", f"/uploads/{upload}?name=records.txt&size={len(ATTACHMENT)}&mt=text/plain", ATTACHMENT
    )
    request = asking.send(Path(settings["request"]).read_text(encoding="utf-8"), settings["to"], files=(upload,))

    # The other authority: it comes, a person takes it, reads it, and the authority accepts.
    arrived = asked.until("registrar", "/cases?view=action", lambda found: found["cases"])
    case = arrived["cases"][0]["case"]
    place = f"/cases/{case}/letters"
    letters = asked.until("registrar", place, lambda found: found["letters"][0]["attachments"][0]["verified"])
    file = asked.call("registrar", "GET", f"{place}/{request}/attachments/0")
    taken = asked.call("registrar", "POST", f"/cases/{case}/acknowledge", {"reference": "XB-7"})
    decided = asked.call("decider", "POST", f"/cases/{case}/decide", {"outcome": "accept"})
    drafter = asked.call("drafter", "GET", "/me")["person"]
    asked.call("registrar", "POST", f"/cases/{case}/assignments", {"person": drafter})
    asked.send(Path(settings["answer"]).read_text(encoding="utf-8"), settings["from"], case=case)

    # Back at the first: the answer is there, and everything is proved.
    asking.until(
        "registrar", f"/cases/{case}/letters", lambda found: any(not each["outgoing"] for each in found["letters"])
    )
    moves = asking.call("registrar", "GET", f"/cases/{case}/moves")
    Path(settings["proof"]).write_bytes(asking.call("registrar", "GET", f"/cases/{case}/proof"))
    return {
        "case": case,
        "letter": letters["letters"][0]["letter"],
        "same_bytes": file == ATTACHMENT,
        "levels": [each["lvl"] for each in (*taken["evidence"], *decided["evidence"])],
        "requests": len(moves["requests"]),
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
