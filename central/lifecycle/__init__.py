"""The life of a project from application to archive: states, documents, persons, dates. Pure."""
