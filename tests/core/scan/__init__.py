"""From targets to readings."""
