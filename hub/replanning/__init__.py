"""Planning for a whole connection: what it must hear once it is approved or goes on."""
