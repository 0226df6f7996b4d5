"""Orders are asked for, and become rows of ours."""
