"""Messages to people leave by here: a transactional outbox, sent through apprise."""
