"""Documents as files: written to DOCX and PDF, read back, and checked against the books.

Heavy libraries (python-docx, LibreOffice) are loaded or started where they are used.
"""
