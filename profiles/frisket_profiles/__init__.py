"""Release 0 of the profile database: a folder for each namespace, a YAML file for each profile, its cases beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from frisket.plugins import hookimpl

if TYPE_CHECKING:
    from frisket.plugins.hookspecs import RegisterProfiles


@hookimpl
def frisket_register_profiles(register: RegisterProfiles) -> None:
    register(Path(__file__).parent)
