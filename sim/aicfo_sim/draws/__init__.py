"""Exogenous draws: one merchant's whole run, before any policy decides anything."""

from __future__ import annotations

from .block import World, draw_block, draw_merchant, world

__all__ = ["World", "draw_block", "draw_merchant", "world"]
