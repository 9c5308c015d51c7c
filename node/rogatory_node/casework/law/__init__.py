"""What is known of treaties: instruments, parties, statements and practice, and the finder of legal bases over them."""
