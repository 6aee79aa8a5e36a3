"""Imported once by the process that all disturbed runs are forked from: they start in no time then.

Third-party modules and the stages; nothing here opens a file, a database or a thread.
"""

from __future__ import annotations

import great_expectations  # noqa: F401
import pandas as pd  # noqa: F401
import tantivy  # noqa: F401

import newsmarts.marts.audit
import newsmarts.pipeline
import newsmarts.release.reader
import newsmarts.search
import newsmarts.validate.docs
import newsmarts.validate.evaluation
import newsmarts.validate.splitting  # noqa: F401
