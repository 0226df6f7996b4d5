"""The HTTP API that people and the console use: routes, requests, answers, and who may do what."""
