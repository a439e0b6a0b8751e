"""Daily advice: what the books and the forecast say an owner should look at, in money."""
