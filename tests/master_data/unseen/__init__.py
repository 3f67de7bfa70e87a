"""Made-up sets as the world makes them, with the traps that people, firms and shops set."""
