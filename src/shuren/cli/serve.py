"""`shuren serve`: the portal and the workbench on this machine."""

from pathlib import Path

import click

from shuren.cli.context import CliContext

FILE = click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path)


@click.command()
@click.option("--host", help="Address to listen on; 0.0.0.0 for all (else the site's setting).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (else the site's).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer requests.")
@click.option("--tls-cert", type=FILE, help="Certificate chain (PEM); turns TLS on.")
@click.option("--tls-key", type=FILE, help="Private key of the certificate (PEM).")
@click.option(
    "--http-port", type=click.IntRange(1, 65535), help="With TLS: redirect plain HTTP from here."
)
@click.pass_obj
def serve(
    context: CliContext,
    host: str | None,
    port: int | None,
    workers: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    http_port: int | None,
) -> None:
    """Serve the portal and the workbench until Ctrl-C."""
    from shuren.web.server import run

    run(
        context.site,
        host=host,
        port=port,
        workers=workers,
        tls_cert=tls_cert,
        tls_key=tls_key,
        http_port=http_port,
    )
