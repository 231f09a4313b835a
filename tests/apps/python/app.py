"""The component's entry point; what it does is in `operations`."""

import operations
from wit_world import exports


class Run(exports.Run):
    def run(self) -> None:
        operations.main("/")
