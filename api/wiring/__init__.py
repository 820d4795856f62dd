"""Builds a process from its parts: the store, the realtime objects, the services and the workers.

Each part is an asynchronous context manager that starts its objects and stops them in the reverse
order. A part takes the parts below it as arguments, so a caller runs only what it needs: the
command line runs a store, an import adds the posting services, a test may leave out the workers.
"""
