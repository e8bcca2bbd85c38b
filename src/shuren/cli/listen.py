"""`shuren listen`: take in events of sensors as they come."""

import signal
import threading

import click

from shuren.cli.context import CliContext
from shuren.cli.main import OK
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _


@click.command()
@click.argument("connectors", nargs=-1)
@click.pass_obj
def listen(context: CliContext, connectors: tuple[str, ...]) -> int:
    """Take in events from the brokers of CONNECTORS, else of every enabled one, until stopped.

    Events are in the lake a few seconds after they were sent. Stopped at any moment, nothing
    is lost and nothing comes in twice.
    """
    site = context.site
    from shuren.data import actions, definitions

    known = definitions.connectors(site)
    chosen = connectors or tuple(
        id for id, one in known.items() if one.enabled and one.source == "mqtt"
    )
    if not chosen:
        raise UsageError(
            _("No sensors are connected."),
            fix=_("Describe a broker in definitions/sources/ with `source: mqtt`."),
        )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    say = click.echo
    threads = []
    for id in chosen:
        run = actions.listener(site, id, actor=context.actor, say=say, stop=stop)
        threads.append(threading.Thread(target=run, name=id))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return OK
