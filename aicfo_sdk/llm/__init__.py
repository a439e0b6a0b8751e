"""A model in front of the tools: a loop whose figures are held against the tools' results."""
