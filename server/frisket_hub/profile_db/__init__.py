"""The profile database: the releases that agents pull."""
