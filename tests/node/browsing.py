"""A real browser before the pages: a fixture to import."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program() -> str:
    """Find the browser; a test that cannot run fails unless a reason to skip is given."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        if reason := os.environ.get("ROGATORY_ALLOW_SKIP"):
            pytest.skip(f"no browser: {reason}")
        pytest.fail(f"none of {', '.join(PROGRAMS)} is installed")
    return str(Path(found))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium, as the system has it."""
    async with async_playwright() as driver:
        # As root there is no sandbox to enter; the pages are our own.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = await driver.chromium.launch(executable_path=program(), args=options)
        yield opened
        await opened.close()
