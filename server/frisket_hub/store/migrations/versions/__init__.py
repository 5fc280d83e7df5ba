"""One step a module, numbered."""
