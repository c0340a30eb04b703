"""Files for paper: PDF made by typst."""
