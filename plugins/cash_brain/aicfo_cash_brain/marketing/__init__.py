"""Advertising: what channels bring, estimated from statements and sales."""
