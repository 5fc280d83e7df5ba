"""Tests, laid out as the packages are; `e2e` runs the command as a user would."""
