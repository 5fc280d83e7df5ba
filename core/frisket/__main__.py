"""`python -m frisket` is `frisket`."""

from frisket.cli.main import main

main()
