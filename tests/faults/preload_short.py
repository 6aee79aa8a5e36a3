"""Imported once by the process that the short form's runs are forked from: all but the contracts' library,
which takes longer to import than the short form may.
"""

from __future__ import annotations

import newsmarts.pipeline
import newsmarts.search  # noqa: F401
