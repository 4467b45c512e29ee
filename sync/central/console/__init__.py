"""The ops console: pages for the people who look after a fleet. It reads what the API and the worker write."""
