"""Pull requests: what changed since a revision, reports for forges, previews, workflow files."""
