"""The values of a column: frozen, each beside the table of its fields."""
