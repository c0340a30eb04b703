"""Files for other programs: EPUB, SCORM, ZIM, calendar, ledger, forms, attachments."""
