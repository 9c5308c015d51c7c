"""The custody report of a case: each item of evidence, what binds it, and who had it when.

* It is made of what the node tells (``GET /case/custody``); what is proved and what is only said are told apart.
* Codes are named in the languages of the document, words of people stay as they were written.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rogatory_node.casework.codes import HANDLING
from rogatory_node.casework.custody.actions import ACTIONS
from rogatory_node.casework.custody.items import FACTS
from rogatory_node.documents import dates, formal
from rogatory_node.documents.certificates import Head, in_lines, voice_of
from rogatory_node.documents.outline import Voice
from rogatory_node.documents.page import Block, Page, Row, Text, runs_rightward
from rogatory_node.documents.record import Party, code_of
from rogatory_node.i18n import later, translate

TITLE: Final = later("Chain of custody")
EXPLAINED: Final = later(
    "Steps marked ✓ are proved by signed letters and receipts of both authorities; the others are notes of those who"
    " had the item, as they were written down."
)
NONE: Final = later("This case holds no evidence.")
SIZE: Final = later("Size in bytes")
LABELS: Final = later("Handling")
PURPOSE: Final = later("Use limited to")
RETURN: Final = later("To be returned by")
DESTROY: Final = later("To be destroyed after")
HELD: Final = later("Under a legal hold")
_SAID: Final = ("from", "place", "seal", "why", "witness", "courier", "tool", "method", "by")


def page(told: Mapping[str, Any], head: Head) -> Page:
    """Return the report.

    Raises:
        DocumentError: More than a document holds.
    """
    voice = voice_of(head)
    items, links = told["items"], told["chain"]
    blocks = [Block((), 1, (), voice.label(EXPLAINED if items else NONE))]
    for n, item in enumerate(items, 1):
        blocks += _item(n, item, [link for link in links if link["item"] == item["item"]], voice)
    day = datetime.fromtimestamp(head.at, UTC).date()
    letters = list(dict.fromkeys(item["letter"] for item in items if item["letter"]))
    return Page(
        languages=head.languages,
        title=voice.label(TITLE),
        sender=Text(head.issuer.called(head.languages[0])),
        reference=head.reference,
        date=tuple(Text(dates.day(day, language), language) for language in head.languages),
        blocks=tuple(blocks),
        signature=formal.signature({}, voice),
        proof=code_of(letters) if letters else None,
        stamp=head.at,
    )


def _item(number: int, item: Mapping[str, Any], links: list[Mapping[str, Any]], voice: Voice) -> Iterator[Block]:
    yield Block((Text(f"{number}. {item['name'] or item['item']}"),), 1, tuple(_rows(item, voice)))
    yield Block(voice.label(TITLE), 2, tuple(_link(link, voice) for link in links))


def _rows(item: Mapping[str, Any], voice: Voice) -> Iterator[Row]:
    if item["sha256"]:
        yield Row((Text("SHA-256"),), Text(in_lines(item["sha256"])), code=True)
        yield Row(voice.label(SIZE), Text(str(item["size"])), code=True)
    for name, text in item["told"].items():
        yield Row(voice.label(FACTS.get(name, name)), Text(text))
    labels = [HANDLING[code].label if code in HANDLING else code for code in item["labels"]]
    labels += [HELD] if item["held"] else []
    if labels:
        words = [" / ".join(dict.fromkeys(translate(label, each) for each in voice.languages)) for label in labels]
        yield Row(voice.label(LABELS), Text("\n".join(words), voice.languages[0] if len(voice.languages) == 1 else ""))
    for label, name in ((PURPOSE, "purpose"), (RETURN, "return_by"), (DESTROY, "destroy_after")):
        if item[name]:
            yield Row(voice.label(label), Text(item[name]))


def _link(link: Mapping[str, Any], voice: Voice) -> Row:
    action = ACTIONS[link["action"]].label if link["action"] in ACTIONS else link["action"]
    mark = "✓ " if link["proved"] else ""
    label = tuple(Text(f"{mark}{text.words}", text.lang) for text in voice.label(action))
    lines = []
    if link["at"] is not None:
        at = datetime.fromtimestamp(link["at"], UTC)
        lines += [dates.instant(at, language) for language in voice.languages]
    names = [_named(each, voice) for each in (link["by"], *link["to"]) if each]
    arrow = " ← " if runs_rightward(Text(" ".join(names))) else " → "
    lines.append(arrow.join(names))
    lines += [link["words"][name] for name in _SAID if link["words"].get(name)]
    return Row(label, Text("\n".join(lines)))


def _named(value: Any, voice: Voice) -> str:
    return Party.of(value).called(voice.languages[0]) if isinstance(value, Mapping) else str(value)
