"""Seed data: real records, rates, calibration and scenarios, each with source and licence."""
