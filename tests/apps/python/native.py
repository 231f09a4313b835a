"""The entry point under an ordinary Python, with the directory to work in as the
only argument."""

import sys

import formats
import operations


def main(root):
    operations.main(root)
    formats.main(root)


if __name__ == "__main__":
    main(sys.argv[1])
