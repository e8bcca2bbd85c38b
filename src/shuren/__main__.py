"""`python -m shuren`, the same as the `shuren` command."""

from shuren.cli.main import main

if __name__ == "__main__":
    main()
