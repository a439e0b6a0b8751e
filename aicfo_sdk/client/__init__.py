"""Plugins outside this process: child processes that speak MCP over stdio, and what bounds them."""
