"""`aicfo demo`: the main job end to end, in four panels that are never mixed as one firm."""
