"""The command as a user runs it: real processes, real sockets, real agents."""
