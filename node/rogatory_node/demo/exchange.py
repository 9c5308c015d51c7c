"""The scripted exchange: an urgent request with attachments, a killed node, a stopped registry, an answer, a proof.

* Every step is a command that an officer or an operator could type; the script adds nothing.
* The request passes the check before it leaves, and is printed in every language whose fonts are here.
* The node of XB is killed from outside while the largest attachment arrives, and started again.
* The exchange is over when everything has arrived and the bundle was checked, without a home and without a network.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rogatory_node.demo import case, samples
from rogatory_node.i18n import LANGUAGES, later
from rogatory_node.stage import CommandError, Say, Stage

DATA_BYTES: Final = 64 * 1024 * 1024
KILL_SHARE: Final = 4  # a quarter of the data: in the middle, with enough left to be resumed
WAIT_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 0.001
PAUSE_SECONDS: Final = 0.1
STORED, COMPLETE, TAKEN, ACCEPTED = 30, 35, 40, 50

Letter = Mapping[str, Any]


class ExchangeError(Exception):
    """A step did not do what it must."""


@dataclass(slots=True, kw_only=True)
class Played:
    """What the exchange did.

    Attributes:
        documents: The printed request, a file for each language.
        letters: Digests, in order.
        case: The case, the same on both sides.
        bundle: The proof.
        digits: Of the registry, by which it is checked.
        verified: The proof holds.
        refused: A copy of it with one byte changed was refused.
        marks: Moments by name, in seconds.
    """

    documents: list[Path] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    case: str = ""
    bundle: Path = Path()
    digits: str = ""
    verified: bool = False
    refused: bool = False
    marks: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """The script on a stage that is built."""

    stage: Stage
    folder: Path
    say: Say
    data_bytes: int = DATA_BYTES
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    played: Played = field(default_factory=Played)
    _files: list[Path] = field(default_factory=list)
    _request: str = ""

    def play(self) -> Played:
        """Play all of it.

        Raises:
            CommandError: A command failed.
            ExchangeError: Something did not come about.
        """
        for step in (self._write, self._ask, self._break, self._take, self._talk, self._prove):
            step()
        return self.played

    # --- Steps --------------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        self.say(later("XA writes a preservation request, checks it, and prints it in all languages."))
        self._files = samples.write(self.folder, data_bytes=self.data_bytes)
        self._request = self._form("request", case.preservation(self.at, samples.listed(self._files)))
        self.stage.run(["check", self._request, "--accepts", "ar", "--accepts", case.LANGUAGE])
        with ThreadPoolExecutor() as printers:
            printed = list(printers.map(self._print, LANGUAGES))
        self.played.documents += [path for path in printed if path is not None]
        if None in printed:
            self.say(later("One language is not printed: its fonts are not on this computer."))

    def _ask(self) -> None:
        self.say(
            later("XA sends XB an urgent preservation request with three attachments, while the registry is down.")
        )
        self.stage.stop(self.stage.registry.part.code)
        words = [word for path in self._files for word in ("--attach", str(path))]
        words += ["--lang", case.LANGUAGE, "--as", "duty", "--yes"]
        self._mark("sent")
        sent = self.stage.command("XA", "send", "--to", "XB", "--file", self._request, *words)
        self.played.case = sent["case"]
        self.played.letters.append(sent["letter"])

    def _break(self) -> None:
        self.say(later("The node of XB is killed in the middle of the transfer, and started again."))
        self._until(self._arrived_share, "the data to arrive", LOOK_SECONDS)
        self.stage.kill("XB")
        self._mark("killed")
        self.stage.start("XB")
        self._mark("serving_again")
        self._until(lambda: self._has(0, COMPLETE), "the attachments")
        self._mark("complete")

    def _take(self) -> None:
        self.say(later("A person at XB takes the request, and XB accepts it."))
        own = case.own_reference("XB", 7, self.at)
        self.stage.command("XB", "acknowledge", self.played.case, "--own-ref", own, "--as", "duty")
        self._until(lambda: self._has(0, TAKEN), "a person")
        self._mark("taken")
        self.stage.command("XB", "decide", self.played.case, "--accept", "--as", "head-of-unit")
        self._until(lambda: self._has(0, ACCEPTED), "the decision")
        self._mark("accepted")

    def _talk(self) -> None:
        self.say(later("XB asks something, XA answers, and XB confirms the preservation."))
        self._reply("XB", "question", case.question(self.at))
        self._reply("XA", "answer", case.answer())
        self._reply("XB", "confirmation", case.confirmation(self.at))
        self.stage.start(self.stage.registry.part.code)

    def _prove(self) -> None:
        self.say(later("XA exports the proof; it is checked without a home and without a network."))
        played = self.played
        played.bundle = self.folder / "bundle.zip"
        self.stage.command("XA", "export", played.case, "--out", str(played.bundle))
        played.digits = self.stage.run(["keys", "digits", self.stage.registry.aid])["digits"]
        played.verified = self._verifies(played.bundle)
        played.refused = not self._verifies(_damaged(played.bundle))
        self._mark("proved")

    def _print(self, language: str) -> Path | None:
        """Print the request in a language; None where its fonts are missing."""
        out = self.folder / f"request-{language}.pdf"
        try:
            self.stage.run(["print", self._request, "--out", str(out), "--language", language])
        except CommandError as error:
            if "font" not in str(error):
                raise
            return None
        return out

    # --- Helpers ------------------------------------------------------------------------------------------------------

    def _reply(self, code: str, name: str, form: Mapping[str, Any]) -> None:
        file = self._form(name, form)
        sent = self.stage.command(code, "reply", self.played.case, "--file", file, "--as", "duty", "--yes")
        self.played.letters.append(sent["letter"])
        at = len(self.played.letters) - 1
        self._until(lambda: self._has(at, COMPLETE), f"the {name}", code=code)

    def _has(self, at: int, level: int) -> bool:
        """Tell whether XA holds or has issued evidence of a level about a letter."""
        shown = self.stage.command("XA", "show", self.played.case)
        by_digest: dict[str, Letter] = {each["letter"]: each for each in shown["letters"]}
        letter = by_digest.get(self.played.letters[at])
        return letter is not None and any(fact["lvl"] == level for fact in letter["evidence"])

    def _arrived_share(self) -> bool:
        blobs = self.stage.actors["XB"].home / "blobs"
        return any(part.stat().st_size * KILL_SHARE > self.data_bytes for part in blobs.glob("*.part") if part.exists())

    def _until(self, reached: Callable[[], bool], what: str, pause: float = PAUSE_SECONDS, code: str = "XA") -> None:
        end = time.monotonic() + WAIT_SECONDS
        while not reached():
            if time.monotonic() > end:
                raise ExchangeError(f"waited too long for {what}; see {self.stage.folder / code}.log")
            time.sleep(pause)

    def _form(self, name: str, form: Mapping[str, Any]) -> str:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(form, ensure_ascii=False, indent=1), encoding="utf-8")
        return str(path)

    def _verifies(self, bundle: Path) -> bool:
        try:
            self.stage.run(["verify", str(bundle), "--registry", self.played.digits])
        except CommandError as error:
            if error.status not in (1, 2):  # refused, or no longer a bundle at all
                raise
            return False
        return True

    def _mark(self, name: str) -> None:
        self.played.marks[name] = time.monotonic()


def _damaged(bundle: Path) -> Path:
    """Write a copy with one byte changed in its middle."""
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    copy = bundle.with_name("damaged.zip")
    copy.write_bytes(content)
    return copy


def evidence_of(stage: Stage, of: str) -> Iterator[dict[str, Any]]:
    """Yield every evidence of the case as XA holds it."""
    for letter in stage.command("XA", "show", of)["letters"]:
        for fact in letter["evidence"]:
            yield {
                "letter": letter["letter"],
                "lvl": fact["lvl"],
                "from": fact["from"]["aid"],
                "at": fact["at"],
                "digest": fact["digest"],
            }
