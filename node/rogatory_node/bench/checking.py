"""How long the check of a request takes, what it finds, and how long a printed document takes.

* A check is timed over complete requests of every type, which it must read to the end.
* Two hundred forms with a planted defect say how many are named; as many honest ones, how often it cries wolf.
* The first document of a language includes the start of the printing process; those that follow are of other forms.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from rogatory_node.bench.flaws import AT, planted, sound
from rogatory_node.casework.checking import check
from rogatory_node.casework.types import catalogue
from rogatory_node.documents.formal import page
from rogatory_node.documents.press import Press
from rogatory_node.i18n import LANGUAGES

FORMS: Final = 200
DOCUMENTS: Final = 50
_SEED: Final = 20260125


def run(
    count: int, *, forms: int = FORMS, documents: int = DOCUMENTS, languages: Sequence[str] = LANGUAGES
) -> dict[str, Any]:
    """Check *count* requests, count what is found in *forms*, print *documents*; return milliseconds and counts."""
    examples = [catalogue.example(each.code) for each in catalogue.types()]
    return {
        "check_ms": _checked(examples, count),
        **_found(forms),
        "pdf_ms": asyncio.run(_printed(examples, documents, languages)),
    }


def _checked(examples: Sequence[Mapping[str, Any]], count: int) -> dict[str, float]:
    first = _timed(examples[0])
    for each in examples:
        check(each, at=AT)  # each type compiles its own rules once
    return {"first": first, **_figures([_timed(examples[n % len(examples)]) for n in range(count)]), "count": count}


def _found(forms: int) -> dict[str, int]:
    chance = random.Random(_SEED)  # noqa: S311 - it measures, it keeps no secret
    defects = chance.sample(list(planted()), forms)
    named = sum(code in {each.code for each in check(form, at=AT)} for _, code, form in defects)
    alarms = sum(bool(check(form, at=AT)) for form in sound(chance, forms))
    return {"defects": forms, "named": named, "sound": forms, "false_alarms": alarms}


async def _printed(examples: Sequence[Mapping[str, Any]], documents: int, languages: Sequence[str]) -> dict[str, Any]:
    first: dict[str, float] = {}
    for language in languages:
        async with Press() as press:
            first[language] = await _print(press, examples[0], language, 0)
    async with Press() as press:
        await _print(press, examples[0], "en", 0)
        times = [await _print(press, examples[n % len(examples)], "en", n) for n in range(1, documents + 1)]
    return {"first": first, **_figures(times), "count": documents}


async def _print(press: Press, form: Mapping[str, Any], language: str, number: int) -> float:
    began = time.perf_counter()
    # Each form differs from those before it, so that nothing which the press remembers answers for it.
    await press.print(page({**form, "remarks": f"Number {number}"}, (language,)))
    return _since(began)


def _timed(form: Mapping[str, Any], work: Callable[..., object] = check) -> float:
    began = time.perf_counter()
    work(form, at=AT)
    return _since(began)


def _since(began: float) -> float:
    return round(1_000 * (time.perf_counter() - began), 3)


def _figures(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"p50": ordered[len(ordered) // 2], "p99": ordered[int(0.99 * (len(ordered) - 1))], "longest": ordered[-1]}
