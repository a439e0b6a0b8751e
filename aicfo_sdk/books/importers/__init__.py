"""Importers: one module per file format, each with `read(path, …) -> Batch`; all or nothing."""
