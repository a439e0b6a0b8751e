"""Sales forecasts from daily history: pure functions over arrays, no books."""
