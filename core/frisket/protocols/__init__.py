"""Transport only: how a plan's questions reach one device and its answers come back. One module for each protocol."""
