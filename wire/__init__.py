"""All that edge and centre share: messages, topics, codec. Imports neither side."""
