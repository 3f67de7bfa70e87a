"""Demo data: invented companies, people and products, and the way they get into the apps."""
