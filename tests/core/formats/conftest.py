"""The recorded pages beside the checkout, which are no part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.conftest import CORPUS


@pytest.fixture(scope="session")
def web_pages() -> Path:
    if not (CORPUS / "web").is_dir():
        pytest.skip("no recorded web pages beside the checkout; set FRISKET_CORPUS to a corpus")
    return CORPUS / "web"
