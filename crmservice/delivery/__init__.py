"""How notices reach people: the channels that each chooses, and the mail that loses nothing."""
