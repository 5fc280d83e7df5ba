"""Pure readers of what devices say; each turns bytes into answers and raises nothing but DecodeError."""
