from ground.migrate import run_environment
from portal.tables import METADATA

run_environment(METADATA)
