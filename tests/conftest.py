"""What all tests share: figures that a test measured are told at the end of the run, passed or not."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [one for name in ("passed", "failed") for one in terminalreporter.getreports(name) if one.when == "call"]
    told = [(one.nodeid.partition("::")[2], *figure) for one in reports for figure in one.user_properties]
    if told:
        terminalreporter.section("figures")
    for test, what, value in told:
        terminalreporter.write_line(f"{test}: {what}: {value}")
