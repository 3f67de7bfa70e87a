"""How alike two records are, in bits of evidence; what is linked, reviewed or new, and why."""
