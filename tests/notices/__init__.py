"""Chinese notices and tender documents with what they say: written by seed, in many layouts."""
