"""Files that editors have, turned into materials: Word, web pages, plain text, PDF, parcels."""
