"""Injections of our own, in Chinese and English: texts, and the firm whose papers carry them.

injections.jsonl  the texts: id, language, where each stands, technique, and what it asks for
templates.toml    the words they are made of
make              makes the one from the other: `python -m tests.faults.corpus.make`
firm              a small firm's files, with a text in every place that strangers write
gullible          a plugin that proposes whatever any text of the books asks for
"""
