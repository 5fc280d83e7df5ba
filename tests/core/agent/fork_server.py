"""Starts `frisket …` in a moment: a process that has imported everything, and forks for each line of its input.

Run as a script: a line is JSON, `{"arguments": […], "log": FILE}`; the answer is the new process's id.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import frisket.cli.agent  # noqa: F401  # what this process is for
from frisket.cli.main import run

assert sys.platform != "win32", "this forks"


def main() -> None:
    # nobody waits for the children here: they are gone when they have ended
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            sys.exit(run(order["arguments"]))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
