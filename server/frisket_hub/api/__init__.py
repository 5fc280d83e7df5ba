"""What programs ask of the hub: agents, monitors, and whoever reads its description."""
