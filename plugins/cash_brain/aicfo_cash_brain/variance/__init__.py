"""The forecast of an earlier day against what came: drivers, timing, key receipts, breakers."""
