"""Secret scopes for Jupyter: an encrypted store, redacted outputs, and a sidebar.

Nothing heavy is imported here: this module is what Jupyter and IPython look at to find us.
"""

from __future__ import annotations
