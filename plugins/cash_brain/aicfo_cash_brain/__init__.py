"""The cash brain (资金大脑): forecasts cash and places what is idle."""
