"""MCP: our tools for any LLM client. Loaded only by `aicfo serve` and those who import it."""
