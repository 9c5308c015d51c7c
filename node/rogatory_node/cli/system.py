"""What the operating system says when it refuses a file, in the language of the reader.

* The frequent reasons are texts of the catalogue; a rare one is said as the system says it.
"""

import errno
from collections.abc import Mapping
from typing import Final

from rogatory_node.i18n import _, later

REASONS: Final[Mapping[int, str]] = {
    errno.ENOENT: later("it is not there"),
    errno.EACCES: later("it may not be used by this user"),
    errno.EPERM: later("it may not be used by this user"),
    errno.EISDIR: later("it is a folder"),
    errno.ENOTDIR: later("a part of its path is no folder"),
    errno.EEXIST: later("it is there already"),
    errno.ENOSPC: later("the disk is full"),
    errno.EDQUOT: later("the share of the disk is used up"),
    errno.EROFS: later("the disk can only be read"),
    errno.EFBIG: later("it is too large for the disk"),
    errno.ENAMETOOLONG: later("its name is too long"),
    errno.ELOOP: later("its links lead in a circle"),
    errno.EMFILE: later("too many files are open"),
    errno.EIO: later("the disk failed"),
}


def why(error: OSError) -> str:
    """Say why the system refused."""
    reason = REASONS.get(error.errno or 0)
    return _(reason) if reason else error.strerror or type(error).__name__
