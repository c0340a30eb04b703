"""Packing a kit: the copy of the site, manifest and ZIP; checking a copy against its manifest."""
