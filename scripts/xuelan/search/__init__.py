r"""Exact Chinese search: overlapping pairs of characters with their places, no word segmenter.

``document`` and ``site_pages`` list what can be found; ``normal`` and ``units`` fold its
texts; ``stream`` gives each unit a place; ``postings`` and ``common`` extract pairs; ``spool``
sorts them by key; ``shards`` and ``packing`` write them. ``update``, ``index`` and ``rebuild`` run
these steps; ``patch`` does what little an edit needs. A question goes through ``query``,
``reader``, ``matching`` or ``related``, and ``results``.

Take 学习会 in the first paragraph of document 5, and 2¹¹ shards. Folded, it begins at place 1024
and has the pairs 学习 at 1024 and 习会 at 1025. A pair has a key, whose top 11 bits name a shard;
a shard is a file. Document and place together are the spot:

    >>> from xuelan.search.files import PAIRS
    >>> from xuelan.search.postings import hash_units
    >>> key = hash_units(ord("学"), ord("习"))
    >>> f"{key:08x}", hex(key >> 32 - 11), PAIRS.path("5f0c2b7e91aa", key >> 32 - 11)
    ('260715b1', '0x130', 'search/index/5f0c2b7e91aa/pairs/1/30.js')
    >>> hex(5 << 24 | 1024)
    '0x5000400'

So the posting is (260715b1, 5000400). Its shard lists for each key the documents, for each document
the places. The question 学习会 loads two shards and finds, in document 5, 学习 at 1024 and 习会 one
place further: the phrase. The excerpt is cut from the document's window of text.
"""

import os

# numpy's library for matrices, which is not used here, would start a thread for each processor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
