"""What makes any build fast and safe, knowing no column."""
