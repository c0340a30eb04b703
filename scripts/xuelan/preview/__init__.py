"""The preview on this machine."""
