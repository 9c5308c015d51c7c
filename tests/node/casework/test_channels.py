"""The ways of letters outside the network: short plain codes, each with its text in every language."""

from rogatory_node.casework.channels import CHANNELS
from rogatory_node.i18n import LANGUAGES, translate


def test_codes_fit_a_column_and_texts_differ() -> None:
    assert all(code.isascii() and code.islower() and len(code) < 20 for code in CHANNELS)
    for language in LANGUAGES:
        assert len({translate(text, language) for text in CHANNELS.values()}) == len(CHANNELS)
