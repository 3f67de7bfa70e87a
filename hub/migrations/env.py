from importlib import import_module
from pathlib import Path

from ground.migrate import run_environment
from master_data.index.tables import METADATA

for tables in sorted(Path(__file__).parents[1].glob("*/tables.py")):
    import_module(f"hub.{tables.parent.name}.tables")
run_environment(METADATA)
