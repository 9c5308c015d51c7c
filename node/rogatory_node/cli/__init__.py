"""The commands. Each module has ``add(app)``; `main` knows which module has which command and loads that one only."""
