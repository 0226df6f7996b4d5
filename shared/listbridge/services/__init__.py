"""What the system does: each service is one thing that happens, over the ports. Rooms name the rooms below that they use; what all of them use stands beside them."""
