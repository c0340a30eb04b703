"""The rules of a column, each a function from a catalog to the problems it finds."""
