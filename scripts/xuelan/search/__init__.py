"""Exact Chinese search: overlapping pairs of characters with their places, no word segmenter.

``normal`` says when two texts are the same to a reader who searches; ``document`` gathers what
can be found; ``stream`` lays it out in places; ``postings`` sorts and packs the pairs;
``files`` is the format both the browser and :mod:`xuelan.search.matching` read; ``index`` builds.
"""

import os

# numpy's library for matrices, which nobody here uses, would start a thread for each processor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
