"""The groups of `frisket hub` that are large enough for a module of their own; `cli` puts them together."""
