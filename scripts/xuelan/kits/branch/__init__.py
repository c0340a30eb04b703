"""Kits filled in for branches: the list of branches, the blueprint, and the ZIP of each."""
