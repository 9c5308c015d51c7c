"""The ways on which letters go between authorities of which one is not on the network."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rogatory_node.i18n import later

CHANNELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "diplomatic": later("Diplomatic channel"),
        "post": later("Post"),
        "courier": later("Courier"),
        "email": later("E-mail"),
        "fax": later("Fax"),
        "telephone": later("Telephone, confirmed in writing"),
        "interpol": later("INTERPOL"),
        "platform": later("Another network or platform"),
        "hand": later("By hand"),
        "other": later("Another way"),
    }
)
"""Code → text."""
