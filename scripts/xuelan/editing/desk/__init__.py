"""The editor's desk: a local page on which people without Git write, check and hand in texts."""
