"""Settings for every test of the repository."""

from hypothesis import settings

# The same examples on every machine and none failed for being slow: a red run means a fault.
# `pytest --hypothesis-profile default` looks for new examples.
settings.load_profile("ci")
