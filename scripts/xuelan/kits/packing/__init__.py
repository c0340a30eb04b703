"""A kit put together: members, archive, offline copy, verification."""
