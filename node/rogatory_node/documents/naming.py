"""Names for what a form writes as a code of the world: languages by their tags, treaties by their short names.

* A schema says with ``x-names`` which of them a field holds; what has no name is printed as it stands.
"""

from collections.abc import Callable, Mapping
from typing import Final

from rogatory_node.casework.law.titles import title


def language(tag: str, reader: str) -> str | None:
    """Return the name of a language, in the language of the reader."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-").get_display_name(reader)
    except (UnknownLocaleError, ValueError):
        return None


def instrument(code: str, reader: str) -> str | None:
    """Return the title of a treaty with its short name."""
    found = title(code, reader)
    return None if found is None else f"{found} ({code})"


NAMES: Final[Mapping[str, Callable[[str, str], str | None]]] = {"languages": language, "instruments": instrument}
"""What ``x-names`` may say."""
