"""``python -m rogatory_node``: what the launcher calls."""

from rogatory_node.cli.main import main

if __name__ == "__main__":
    main()
