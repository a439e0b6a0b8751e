"""From a goal to a plan, from a plan to facts and proposals."""
