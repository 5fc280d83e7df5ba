"""Frisket: lets exactly twelve disclosed facts about each printer leave a network, and nothing else."""

__version__ = "0.1.0"
