# What is checked is the same whether PySpark is installed or not: everything of it is of any type.
from typing import Any

def __getattr__(name: str) -> Any: ...
