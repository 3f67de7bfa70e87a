from ground.migrate import run_environment
from simple_crm.tables import METADATA

run_environment(METADATA)
