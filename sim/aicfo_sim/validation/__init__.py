"""The simulated world beside real records: moments, bands, distances, and figures fitted to them.

`streams` says what is compared (daily takings, invoices), `takings` and `invoices` measure one
firm, `sample` many, `records` reads files and books, `simulated` draws the same from a scenario,
`shipped` holds the statistics that `seeds/` ships, `compare` puts both side by side, `fit` turns
records into calibration figures.
"""
