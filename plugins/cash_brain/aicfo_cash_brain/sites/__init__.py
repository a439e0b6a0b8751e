"""Places: where a new store would pay, which store does not, and a picture of both."""
