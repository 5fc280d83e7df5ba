"""The hub's only SQL: tables, migrations, and the functions that read and write them, the tenant always with them."""
