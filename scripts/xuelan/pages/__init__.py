"""Every page and feed, from the catalog and the rendered texts."""
