"""All tables of the CRM, in one MetaData."""

from ground.columns import metadata
from ground.notices import notice_tables
from ground.records.tables import record_tables
from simple_crm.categories.rules import CATEGORIES
from simple_crm.contacts.rules import CONTACTS
from simple_crm.customers.rules import CUSTOMERS
from simple_crm.products.rules import PRODUCTS

KINDS = (CUSTOMERS, CONTACTS, PRODUCTS, CATEGORIES)
METADATA = metadata()
RECORDS = record_tables(METADATA, KINDS)
NOTICES = notice_tables(METADATA)
