"""Fixtures for tests that need the real thing: PostgreSQL, Redis, a broker, a Celery worker."""
