"""What a figure was measured on: without it a figure means nothing."""

import os
import platform
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

LIBRARIES: Final = ("aiohttp", "cryptography", "pynacl", "sqlalchemy", "uvloop", "websockets")
_CPU: Final = Path("/proc/cpuinfo")
_MEMORY: Final = Path("/proc/meminfo")
_STATUS: Final = "/proc/{pid}/status"


def machine() -> dict[str, object]:
    """Return processor, cores, memory and system."""
    return {
        "cpu": _field(_CPU, "model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": int((_field(_MEMORY, "MemTotal") or "0").split()[0]) // 1024,
        "system": platform.platform(),
        "load": round(os.getloadavg()[0], 2),
    }


def versions() -> dict[str, str]:
    """Return the versions of what does the work."""
    return {
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
    }


def rss_mib(pid: int | None = None, *, peak: bool = False) -> float:
    """Return the resident memory of a process, now or at its highest, in MiB."""
    name = "VmHWM" if peak else "VmRSS"
    kib = int((_field(Path(_STATUS.format(pid=pid or os.getpid())), name) or "0").split()[0])
    return round(kib / 1024, 1)


def forget_peak() -> None:
    """Begin to measure the highest resident memory of this process anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _field(path: Path, name: str) -> str | None:
    if not path.is_file():
        return None
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None
