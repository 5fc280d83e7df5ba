"""Transports, against printers that mean no good."""
