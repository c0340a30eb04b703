"""Kit files for paper: PDF set by typst."""
