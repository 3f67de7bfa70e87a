from ground.migrate import run_environment
from simple_erp.tables import METADATA

run_environment(METADATA)
