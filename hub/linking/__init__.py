"""The fuse of links: a source that takes everything for one record is parked."""
