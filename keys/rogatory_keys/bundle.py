"""Check an evidence bundle without network, clock or home (B.15).

The order is that of B.15; the first thing that fails ends it and is named with its file:

* the container, in its one form (``bundle_zip``, ``bundle_layout``);
* 0: registries, logs, chains and decisions (``bundle_chains``), and the full log when it is given (``bundle_log``);
* 1 to 3: origin, recipients, content, time, delivery, taking, decision (``bundle_letters``, ``bundle_stamps``);
* 4: continuity (``bundle_continuity``).

A bundle is checked as of its checkpoint. That its keys were not revoked later needs the full log.
"""

from collections.abc import Iterable
from typing import BinaryIO, Final

from cryptography.x509 import Certificate

from rogatory_keys.bundle_chains import root_of, trust_of
from rogatory_keys.bundle_continuity import continuity
from rogatory_keys.bundle_layout import Layout, Part, name_of
from rogatory_keys.bundle_letters import Reader
from rogatory_keys.bundle_log import FullLog, replay
from rogatory_keys.bundle_verdict import Failed, Finding, Item, Status, Verdict, What
from rogatory_keys.bundle_zip import Container
from rogatory_keys.errors import BundleError, BundleFault

__all__ = ["FullLog", "Verdict", "check", "root_of"]

# The container itself cannot be read; any other fault is one of a file in it.
_UNREADABLE: Final = frozenset({BundleFault.NOT_A_BUNDLE, BundleFault.CUT, BundleFault.FORM, BundleFault.NAME})


def check(
    file: BinaryIO,
    *,
    registries: Iterable[str] = (),
    log: FullLog | None = None,
    stamps: Iterable[Certificate] = (),
) -> Verdict:
    """Check a bundle.

    Args:
        file: The ZIP, seekable. It is only read.
        registries: The registries that the caller trusts: 30 digits in any spacing, or 64 hex digits of the id.
        log: The full log of one of them.
        stamps: Anchors of time-stamping authorities that the caller trusts.

    Returns:
        The verdict. Without registries the most it says is that the bundle is consistent and its root unknown.

    Raises:
        ValueError: A registry is named by neither digits nor id.
    """
    roots = frozenset(root_of(each) for each in registries)
    findings: list[Finding] = []
    try:
        _check(file, roots, log, tuple(stamps), findings)
    except Failed as failed:
        findings.append(failed.finding)
    except BundleError as error:
        readable = error.fault not in _UNREADABLE and bool(error.file)
        what = What.DAMAGED if readable else What.UNREADABLE
        args = {"fault": error.fault.value}
        findings.append(
            Finding(item=Item.CONTAINER, status=Status.FAILS, what=what, file=error.file, args=args)
        )  # fmt: skip
        return Verdict(findings=tuple(findings), readable=readable)
    return Verdict(findings=tuple(findings))


def _check(
    file: BinaryIO,
    roots: frozenset[str],
    log: FullLog | None,
    stamps: tuple[Certificate, ...],
    findings: list[Finding],
) -> None:
    container = Container(file)
    layout = Layout(container.entries.values())
    for _ in container.blocks(name_of(Part.README)):
        pass  # for people; what matters is that it was not changed either
    trust, found = trust_of(layout, container.read, roots)
    findings += found
    if log is None:
        findings.append(Finding(item=Item.LOG, status=Status.STATED, what=What.LOG_NOT_REPLAYED))
    else:
        trust, found = replay(trust, log)
        findings += found
    letters = Reader(container=container, layout=layout, trust=trust, roots=stamps).letters(findings)
    findings += continuity(layout, container.read, letters, trust)
