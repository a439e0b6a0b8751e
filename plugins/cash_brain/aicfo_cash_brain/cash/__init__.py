"""The cash forecast: open items, customers' own delays, recurring costs, simulated paths."""
