"""From targets to readings: sweep, identify, ask, and the scan of many."""
