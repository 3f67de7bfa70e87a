"""The page on which a person's data are taken along or erased."""
