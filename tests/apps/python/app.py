"""The component's entry point; what it does is in `native`.

A component has the modules that are imported while it is made, and no library
on its disk: what the library itself imports late is imported here.
"""

import encodings.cp437
import encodings.latin_1

import native
from wit_world import exports


class Run(exports.Run):
    def run(self) -> None:
        native.main("/")
