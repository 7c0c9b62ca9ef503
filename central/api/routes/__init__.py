"""One file a subject; every route asks `allow(action)`."""
