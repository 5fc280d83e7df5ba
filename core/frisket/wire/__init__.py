"""What goes over the wire and between programs, shared by all who send and receive it."""
