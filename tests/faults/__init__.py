"""Fault campaigns: every figure of docs/reliability.md, printed by `python -m tests.faults`.

Each module here that offers `campaign(share, seed) -> dict` is one. `share` 1.0 is the whole
size, `seed` decides every random choice. It returns its figures, and raises when something that
must hold does not. What cannot run here at all raises `Skipped`; what runs only in part says so
under the figure "skipped". No campaign asserts on time: figures in seconds are only told.
"""


class Skipped(Exception):
    """The campaign has nothing to run on here; the message says what is missing."""
