"""The only package that imports MkDocs."""
