"""Where output goes: a terminal of some width, or a pipe."""

from __future__ import annotations

from rich.console import Console

# What a table in a pipe or a file is laid out for
PIPE_WIDTH = 140


def console_for(*, stderr: bool = False) -> Console:
    """A console as wide as its terminal, or wide enough for a table where there is none."""
    console = Console(stderr=stderr, highlight=False)
    if console.is_terminal:
        return console
    return Console(stderr=stderr, highlight=False, width=PIPE_WIDTH, no_color=True)


def can_draw(console: Console) -> bool:
    """Whether the terminal's character set has the blocks that bars are made of."""
    return console.encoding.lower().replace("-", "").startswith("utf")
