"""xuelan (学栏): a static learning-materials site generator."""

__version__ = "0.1.0"
