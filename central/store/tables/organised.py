"""Who is who: organisation, the lives of projects, programmes and their dependencies."""
