"""The hub: will version the profile database that agents pull, and keep the readings of each member's fleet."""

__version__ = "0.1.0"
