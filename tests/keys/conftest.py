"""Evidence bundles for the tests of their verifier."""

import pytest
from bundles import Exchange


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    """The usual case, not to be changed; copy ``files`` to change them."""
    return Exchange()


@pytest.fixture(scope="module")
def maker() -> type[Exchange]:
    """What makes other cases."""
    return Exchange
