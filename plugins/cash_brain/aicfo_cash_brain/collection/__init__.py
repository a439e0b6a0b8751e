"""Takings of many platforms and stores, matched to the bank's lines to the minor unit."""
