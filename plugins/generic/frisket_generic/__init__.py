"""Steps that the printers of several makers need."""
