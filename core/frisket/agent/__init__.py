"""The agent: runs on a customer's network, scans at intervals, spools, reports, and pulls what it should have."""
