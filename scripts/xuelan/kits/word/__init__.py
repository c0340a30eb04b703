"""Word documents: forms to fill in, transcripts of official documents."""
