"""The profile language: loading, checking, matching, planning, mapping; and the cases that prove a profile."""
