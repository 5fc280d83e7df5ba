"""The command `frisket`: one module for each sub-command, each with a click command named `command`."""
