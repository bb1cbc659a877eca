"""One file speaks HTTP; everything else goes through it."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "integrations"
HTTP_LIBRARIES = {"requests", "requests_hardened", "urllib3", "httpx", "aiohttp"}


def imported(file: Path) -> set[str]:
    """The top-level packages a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def test_only_the_client_imports_an_http_library():
    files = [file for file in PACKAGE.rglob("*.py") if "sandbox" not in file.parts]
    found = [file for file in files if imported(file) & HTTP_LIBRARIES]
    assert [file.relative_to(PACKAGE).as_posix() for file in found] == ["http.py"]
