"""What every command does besides its own work: it sets up the log and tells errors in words."""

from __future__ import annotations

import errno
import logging
from typing import Any

import click

from xuelan.commands import log
from xuelan.commands.errors import Stop, explain
from xuelan.text.errors import XuelanError


class Command(click.Command):
    """A command of ``xuelan``."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors of the package and of the system end it with a message."""
        quiet, verbose = ctx.params.get("quiet", False), ctx.params.pop("verbose", 0)
        log.configure(quiet=quiet, verbose=verbose)
        try:
            return super().invoke(ctx)
        except (XuelanError, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader of the output has gone: click ends in silence
            logging.getLogger(__name__).debug("stopped by", exc_info=error)
            raise Stop(explain(error, self.name or "", ctx.params)) from error
