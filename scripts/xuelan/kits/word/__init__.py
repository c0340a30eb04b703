"""Kit files for the office: forms and transcripts as Word documents."""
