"""Measurements beside peers, as ratios within one run. `make bench` runs them all."""
