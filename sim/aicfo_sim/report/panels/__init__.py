"""The panels of an experiment's page, one subject each."""
