"""All tables of the ERP, in one MetaData."""

from ground.columns import metadata
from ground.notices import notice_tables
from ground.records.tables import record_tables
from simple_erp.categories.rules import CATEGORIES
from simple_erp.customers.rules import CUSTOMERS
from simple_erp.products.rules import PRODUCTS

KINDS = (CUSTOMERS, PRODUCTS, CATEGORIES)
METADATA = metadata()
RECORDS = record_tables(METADATA, KINDS)
NOTICES = notice_tables(METADATA)
