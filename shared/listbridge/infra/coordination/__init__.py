"""What workers share: leases, counters, budgets of calls, the inbox. Ports in `domain/ports/coordination.py`."""
