# lxml.etree is compiled, and no type checker sees into it.
from typing import Any

def __getattr__(name: str) -> Any: ...
