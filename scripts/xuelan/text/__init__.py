"""What a text is, knowing no column: files, YAML, Markdown, problems, dates, addresses."""
