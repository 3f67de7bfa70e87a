"""Pages for a collection of records: list, record, form. An application says what is in them.

It declares a Screen for each collection and includes `router(screen, portal)`; its own templates
draw the page of a record from what `detail` prepares.
"""

from portal.record_pages.columns import city_of, country_of, email_of, phone_of, price_of
from portal.record_pages.offers import Options
from portal.record_pages.pages import router
from portal.record_pages.screens import Document, Facts, Move, Screen, Word
from portal.record_pages.shown import Shown, address_views, elements_of, point_views
from portal.record_pages.widgets import Item, Section
from portal.record_pages.words import choice_labels, filter_of, label

__all__ = [
    "Document",
    "Facts",
    "Item",
    "Move",
    "Options",
    "Screen",
    "Section",
    "Shown",
    "Word",
    "address_views",
    "choice_labels",
    "city_of",
    "country_of",
    "elements_of",
    "email_of",
    "filter_of",
    "label",
    "phone_of",
    "point_views",
    "price_of",
    "router",
]
