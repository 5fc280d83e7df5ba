"""Release 0 of the profile database: a folder for each namespace, a YAML file for each profile, its cases beside it."""
