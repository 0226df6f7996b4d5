"""Stateful stand-ins for the outside world: shops and marketplaces, never shipped.

A simulator is one WSGI application with two doors: `door.transport` mounts it on a `requests` session inside a
test, `door.serve` opens it on a port of 127.0.0.1 for the local run. It knows nothing of Listbridge.
"""
