"""Everything an editor does that is not a build."""
