"""The project's own pages, all about invented events: sample captures, their records, and a generator.

``stories`` holds hand-written pages as data, ``write`` renders them into ``inbox/``, ``golden/`` and
``expected.json``; ``generator`` makes up as many more as a benchmark needs (``python -m samples.generate``).
"""
