"""What is handed to auditors: programs that need Python alone, and nothing of this centre."""
