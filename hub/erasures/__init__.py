"""Who was erased, as hashes, so that no poll brings them back; and where words still stand."""
