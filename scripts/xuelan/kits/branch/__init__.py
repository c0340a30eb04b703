"""One branch's own kit: lists of branches, and the parts filled in for each."""
