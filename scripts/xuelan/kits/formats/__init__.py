"""Kit files for other programs: EPUB, SCORM, ZIM, calendar, ledger."""
