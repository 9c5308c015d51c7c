"""The named measures: what each runs, and what it reports.

* Every scene returns plain figures for JSON, the limit that the machine sets beside them.
* Nothing is averaged away: rates are over the whole run, latencies are percentiles of every letter.
"""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rogatory_node.app.loop import factory
from rogatory_node.bench import book, checking, moving, replay, syncing
from rogatory_node.bench.driving import Run, drive
from rogatory_node.bench.machine import rss_mib
from rogatory_node.bench.network import completed, counted, network, pid_of, sending, until_completed
from rogatory_node.bench.primitives import costs
from rogatory_node.stage import Say, Stage

FORM_BYTES: Final = 4_096
IN_FLIGHT: Final = (1, 16, 64)
GIB: Final = 1024**3
_STORED: Final = "SELECT count(*) FROM letters WHERE direction = 'in'"
_TWICE: Final = "SELECT count(*) FROM (SELECT 1 FROM evidence GROUP BY letter, lvl, direction HAVING count(*) > 1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the caller asked for; None is the scene's own choice."""

    count: int | None = None
    seconds: float | None = None
    size: int | None = None
    in_flight: int | None = None
    database: str | None = None


def _deliver(wanted: Wanted, say: Say) -> dict[str, Any]:
    """Letters a second between two processes, for several numbers in flight."""
    size, seconds = wanted.size or FORM_BYTES, wanted.seconds or 60.0
    with network(say, wanted.database) as stage:
        return _run(_delivered(stage, size, seconds, wanted, say))


async def _delivered(stage: Stage, size: int, seconds: float, wanted: Wanted, say: Say) -> dict[str, Any]:
    levels = (wanted.in_flight,) if wanted.in_flight else IN_FLIGHT
    runs: dict[str, Any] = {}
    limit = costs(size)
    async with sending(stage) as at:
        for level in levels:
            say(f"{level} …")
            run = await drive(lambda: at.sender.send(size), in_flight=level, seconds=seconds, most=wanted.count)
            runs[str(level)] = _figures(run)
        memory = {"sender": rss_mib(), "recipient": rss_mib(pid_of(stage.actors["XB"]))}
    highest = runs[str(levels[-1])]
    cores = len(os.sched_getaffinity(0))
    return {
        **highest,
        "in_flight": runs,
        "form_bytes": size,
        "rss_mib": memory,
        # Unbatched, one envelope a letter: what the hybrid primitives allow without the hot path.
        "limit_letters_per_second": round(cores / limit.per_letter(batch=1, envelope=1), 1),
        "primitives_us": {name: round(1e6 * getattr(limit, name), 1) for name in limit.__slots__},
    }


def _run(work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Run a scene on the event loop that nodes run on."""
    with asyncio.Runner(loop_factory=factory()) as runner:
        return runner.run(work)


def _figures(run: Run) -> dict[str, Any]:
    return {
        "letters_per_second": round(run.rate, 1),
        "p50_ms": run.percentile_ms(0.5),
        "p99_ms": run.percentile_ms(0.99),
        "count": len(run.times),
    }


def _latency(wanted: Wanted, say: Say) -> dict[str, Any]:
    """One letter at a time: from composing to durable evidence."""

    async def run(stage: Stage) -> dict[str, Any]:
        async with sending(stage) as at:
            size = wanted.size or FORM_BYTES
            await drive(lambda: at.sender.send(size), in_flight=1, seconds=60.0, most=50)
            found = await drive(lambda: at.sender.send(size), in_flight=1, seconds=600.0, most=wanted.count or 1_000)
            return _figures(found)

    with network(say, wanted.database) as stage:
        return _run(run(stage))


def _transfer(wanted: Wanted, say: Say) -> dict[str, Any]:
    """One attachment, from the offer to evidence 35."""

    async def run(stage: Stage) -> dict[str, Any]:
        actor, size = stage.actors["XB"], wanted.size or GIB
        async with sending(stage) as at:
            say("…")
            draft = await moving.attached(at, size)
            before = {"sender": rss_mib(), "recipient": rss_mib(pid_of(actor))}
            done = await completed(at.node)
            began = time.perf_counter()
            digest = await at.node.writer.execute(at.node.sending.queue, draft)
            at.node.wake(at.sender.to, (digest,))
            await until_completed(at.node, done + 1, seconds=1_800)
            taken = time.perf_counter() - began
            peak = {"sender": rss_mib(peak=True), "recipient": rss_mib(pid_of(actor), peak=True)}
        return {
            "mib_per_second": round(size / 2**20 / taken, 1),
            "seconds": round(taken, 2),
            "bytes": size,
            "extra_rss_mib": {name: round(peak[name] - before[name], 1) for name in peak},
            "limit_mib_per_second": moving.limit(stage.folder),
        }

    with network(say, wanted.database) as stage:
        return _run(run(stage))


def _outage(wanted: Wanted, say: Say) -> dict[str, Any]:
    """A letter that waits for its peer: from the peer's return to durable evidence."""

    async def run(stage: Stage) -> dict[str, Any]:
        length = wanted.seconds or 120.0
        async with sending(stage) as at:
            stage.kill("XB")
            waiting = asyncio.create_task(at.sender.send(FORM_BYTES))
            say(f"{length:.0f} s …")
            await asyncio.sleep(length)
            starting = await asyncio.to_thread(stage.start, "XB")
            back = time.perf_counter()
            await waiting
            return {
                "seconds_to_deliver": {f"{length:.0f}": round(time.perf_counter() - back, 3)},
                "seconds_to_start": round(starting, 3),
            }

    with network(say, wanted.database) as stage:
        return _run(run(stage))


def _recover(wanted: Wanted, say: Say) -> dict[str, Any]:
    """The recipient is killed again and again under load; nothing is lost and nothing doubled."""
    kills = wanted.count or 20

    async def run(stage: Stage) -> dict[str, Any]:
        times: list[float] = []
        async with sending(stage) as at:
            load = asyncio.create_task(drive(lambda: at.sender.send(FORM_BYTES), in_flight=16, seconds=1.5 * kills))
            for kill in range(kills):
                await asyncio.sleep(1.0)
                stage.kill("XB")
                times.append(await asyncio.to_thread(stage.start, "XB"))
                say(f"{kill + 1}/{kills}")
            sent = await load
            queued, stored = 1 + len(sent.times), counted(stage.actors["XB"], _STORED)
            return {
                "kills": kills,
                "letters": len(sent.times),
                "seconds_to_serve": {"max": round(max(times), 3), "median": round(sorted(times)[kills // 2], 3)},
                "lost": queued - await completed(at.node),
                "doubled": counted(stage.actors["XB"], _TWICE) + stored - queued,
            }

    with network(say, wanted.database) as stage:
        return _run(run(stage))


def _replay(wanted: Wanted, say: Say) -> dict[str, Any]:
    """A registry's log believed from nothing, and a start from what was kept."""
    return replay.run(wanted.count or 100_000, lambda done, of: say(f"{done}/{of}") if done % 50 == 0 else None)


def _sync(wanted: Wanted, say: Say) -> dict[str, Any]:
    """A registry followed for the first time."""
    return syncing.run(
        wanted.count or 100_000,
        wanted.database,
        lambda done, of: say(f"{done}/{of}") if done % 50 == 0 else None,
    )


def _book(wanted: Wanted, say: Say) -> dict[str, Any]:
    """Lists and search over many cases; a database that is named must be empty."""
    return book.run(wanted.count or 100_000, wanted.database, say)


def _check(wanted: Wanted, say: Say) -> dict[str, Any]:
    """The check of requests, what it finds, and printed documents."""
    return checking.run(wanted.count or 2_000)


Scene = Callable[[Wanted, Say], dict[str, Any]]
SCENES: Final[Mapping[str, Scene]] = {
    "deliver": _deliver,
    "latency": _latency,
    "transfer": _transfer,
    "outage": _outage,
    "recover": _recover,
    "replay": _replay,
    "sync": _sync,
    "book": _book,
    "check": _check,
}
