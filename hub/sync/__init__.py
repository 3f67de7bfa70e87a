"""Deciding what one state of a source record means for golden and who must hear of it."""
