"""What was bought: receipts with transactions, payments, refunds and shipments."""
