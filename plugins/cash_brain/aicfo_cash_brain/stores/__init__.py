"""How stores do: their figures, and which one slipped against the others and its own past."""
