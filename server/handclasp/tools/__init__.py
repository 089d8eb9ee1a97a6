"""Tools: the web tools whose items can be handoffs, each described by one tool file (pure data)."""
