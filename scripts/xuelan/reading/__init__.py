"""Files to values: what the files of a column hold."""
