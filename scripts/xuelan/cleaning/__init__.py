"""What a file to publish really is, and the copy of it that names nobody.

The functions here take untrusted bytes and return other bytes; they know no column. They refuse a
file with :class:`~xuelan.cleaning.errors.UnfitError`, which says in Chinese why, and what to do.
The same bytes always give the same copy.
"""
