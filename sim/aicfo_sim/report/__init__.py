"""Reports that a person reads: one self-contained HTML page with inline SVG charts."""
