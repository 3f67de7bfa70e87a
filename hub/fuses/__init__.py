"""A person's answer to a blown fuse of deletes."""
