"""Imported once by the process that all disturbed runs are forked from: they start in no time then.

Third-party modules and the stages; nothing here opens a file, a database or a thread.
"""

from __future__ import annotations

import great_expectations  # noqa: F401
import pandas as pd  # noqa: F401
import tantivy  # noqa: F401

import include.pipeline
import include.publish.audit
import include.publish.reader
import include.search
import include.validate.docs
import include.validate.docs_index
import include.validate.judging
import include.validate.splitting  # noqa: F401
