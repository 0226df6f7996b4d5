"""Rows in DynamoDB: tables, calls, and domain objects as documents. Repositories and coordination build on it."""
