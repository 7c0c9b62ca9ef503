"""Messages to people: the transactional outbox, addresses, receipts."""
