"""The second verifier, loaded from the documentation, and the words by which it is compared with ours."""

import importlib.util
from pathlib import Path
from typing import Any

from rogatory_keys.bundle_verdict import Status, Verdict, What

_PATH = Path(__file__).parents[2] / "docs" / "spec" / "check_bundle.py"


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("check_bundle", _PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


second = _loaded()


def word_of(verdict: Verdict) -> str:
    """Return the word of our verdict as the second verifier has it; it calls what is no bundle a failure too."""
    opened = {each.what for each in verdict.findings if each.status is Status.OPEN}
    if verdict.first_failure is not None:
        return "fails"
    if not opened:
        return "holds"
    return "consistent" if opened == {What.ROOT_UNKNOWN} else "open"
