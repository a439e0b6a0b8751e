"""A language model over our MCP tools, through litellm: the loop that any client runs.

python llm_client.py MODEL [API_BASE] "QUESTION", as ollama/qwen3 http://127.0.0.1:11434
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from aicfo_sim import sandbox

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or its import opens the network
ROUNDS = 8


async def ask(model: str, base: str | None, question: str, client: Any) -> str:
    """Return what the model says in the end; what it wants to know it asks our tools."""
    import litellm

    tools = [
        {"type": "function", "function": {
            "name": tool.name, "description": tool.description, "parameters": tool.input_schema,
        }}
        for tool in (await client.list_tools()).tools
    ]  # fmt: skip
    said: list[Any] = [{"role": "user", "content": question}]
    for _ in range(ROUNDS):
        reply: Any = await litellm.acompletion(
            model, said, tools=tools, api_base=base, api_key=os.environ.get("API_KEY", "none")
        )
        message = reply.choices[0].message
        said.append(message.model_dump())
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            print("asks", call.function.name, call.function.arguments)
            given = json.loads(call.function.arguments or "{}")
            answer = await client.call_tool(call.function.name, given)
            text = "\n".join(part.text for part in answer.content if part.type == "text")
            said.append({"role": "tool", "tool_call_id": call.id, "content": text})
    return f"no answer after {ROUNDS} rounds"


async def main(model: str, base: str | None, question: str) -> None:
    """Serve a synthetic shop's books to the model. Our own loop (`aicfo chat`) checks figures."""
    from mcp import Client

    from aicfo_sdk.mcp.server import build_server
    from aicfo_sdk.orchestrator.session import Session
    from aicfo_sdk.testing import stored

    with (
        tempfile.TemporaryDirectory() as folder,
        stored(sandbox("shop", seed=7), Path(folder, "shop.books")) as books,
    ):
        async with Client(build_server(Session(books))) as client:
            print(await ask(model, base, question, client))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    base = sys.argv[2] if len(sys.argv) > 3 else None
    asyncio.run(main(sys.argv[1], base, sys.argv[-1]))
