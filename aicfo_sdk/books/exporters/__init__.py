"""Exporters: one module per file format; what they write, the importer of that format reads."""
