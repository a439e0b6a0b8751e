"""Goods that are bought again and again: what they cost, and whether to buy them forward."""
