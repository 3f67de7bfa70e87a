"""`python -m rectoverso` is the command line."""

from rectoverso.cli import main

if __name__ == "__main__":
    main()
