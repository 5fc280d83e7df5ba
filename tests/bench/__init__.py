"""Figures, side by side in one run; `tox -e bench`. No tests: a slow machine is not a wrong one."""
