"""The profile database as it travels: bundles, release manifests, TUF metadata, keys, and the client that verifies."""
