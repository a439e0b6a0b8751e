"""Books: the read port over a merchant's records, the ledger, the store, importers, exporters."""
