"""What the official conformance suite calls, as one more part of our own server.

The names, texts and shapes are the suite's; everything that carries them is the server that users
have. `python -m tests.interop.fixture PORT` serves it on loopback, over books of its own.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    BlobResourceContents,
    CallToolRequestParams,
    CallToolResult,
    ClientCapabilities,
    ContentBlock,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitationCapability,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    EmbeddedResource,
    GetPromptRequestParams,
    GetPromptResult,
    ImageContent,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    Prompt,
    PromptArgument,
    PromptMessage,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    SamplingCapability,
    SamplingMessage,
    TextContent,
    TextResourceContents,
    Tool,
)

from aicfo_sdk.mcp.changes import Changes
from aicfo_sdk.mcp.logs import Levels
from aicfo_sdk.mcp.part import Context, Part

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8"
    "z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
)
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}

Answer = CallToolResult | InputRequiredResult
Body = Callable[[Context, CallToolRequestParams], Awaitable[Answer]]


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _text(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)])


def _ask(message: str, **properties: Any) -> ElicitRequest:
    schema = _object(**properties)
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def _sample(text: str, most: int = 100) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(text=text))
    return CreateMessageRequest(
        params=CreateMessageRequestParams(messages=[message], max_tokens=most)
    )


def _accepted(params: Any, key: str) -> Mapping[str, Any] | None:
    """What a person filled in, or None when it is missing, declined or of another kind."""
    given = (params.input_responses or {}).get(key)
    if isinstance(given, ElicitResult) and given.action == "accept":
        return given.content or {}
    return None


class Fixture(Part):
    """Tools, resources and prompts under the suite's names."""

    def __init__(self, changes: Changes, levels: Levels) -> None:
        self._changes, self._levels = changes, levels
        self._tools: dict[str, tuple[Tool, Body]] = {}
        self._fixed(
            "test_simple_text", TextContent(text="This is a simple text response for testing.")
        )
        image = ImageContent(data=PNG, mime_type="image/png")
        self._fixed("test_image_content", image)
        self._fixed("test_audio_content", AudioContent(data=WAV, mime_type="audio/wav"))
        self._fixed("test_embedded_resource", _embedded("test://embedded-resource", "text/plain"))
        self._fixed(
            "test_multiple_content_types",
            TextContent(text="Multiple content types test:"),
            image,
            _embedded("test://mixed-content-resource", "application/json"),
        )
        for body in (
            self._error,
            self._logging,
            self._log,
            self._progress,
            self._missing,
            self._tool_change,
            self._prompt_change,
            self._streaming,
            self._elicited,
            self._sampled,
            self._roots,
            self._state,
            self._tampered,
            self._several,
            self._rounds,
            self._capable,
            self._defaults,
            self._enums,
        ):
            self._add(str(body.__doc__), body, {"type": "object", "properties": {}})
        text = {"type": "string"}
        self._add("test_sampling", self._sampling, _object(prompt=text))
        self._add("test_elicitation", self._elicitation, _object(message=text))
        self._add("json_schema_2020_12_tool", self._echo, SCHEMA)
        header = _object(region=text | {"x-mcp-header": "Region"}, query=text)
        self._add("test_custom_headers", self._echo, header)

    # ── what is offered ─────────────────────────────────────────────────────────────────────

    def tools(self) -> Sequence[Tool]:
        return [tool for tool, _ in self._tools.values()]

    async def call(self, context: Context, params: CallToolRequestParams) -> Answer | None:
        found = self._tools.get(params.name)
        return await found[1](context, params) if found is not None else None

    async def resources(self) -> Sequence[Resource]:
        return [
            Resource(name=uri, uri=f"test://{uri}", description="For tests.", mime_type=kind)
            for uri, kind in (
                ("static-text", "text/plain"),
                ("static-binary", "image/png"),
                ("watched-resource", "text/plain"),
            )
        ]

    def templates(self) -> Sequence[ResourceTemplate]:
        return [ResourceTemplate(name="data", uri_template="test://template/{id}/data")]

    async def read(
        self, context: Context, params: ReadResourceRequestParams
    ) -> ReadResourceResult | None:
        uri = params.uri
        found: TextResourceContents | BlobResourceContents | None = None
        if uri in ("test://static-text", "test://watched-resource"):
            text = "This is the content of the static text resource."
            found = TextResourceContents(uri=uri, mime_type="text/plain", text=text)
        elif uri == "test://static-binary":
            found = BlobResourceContents(uri=uri, mime_type="image/png", blob=PNG)
        elif uri.startswith("test://template/") and uri.endswith("/data"):
            id = uri.removeprefix("test://template/").removesuffix("/data")
            text = json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})
            found = TextResourceContents(uri=uri, mime_type="application/json", text=text)
        return ReadResourceResult(contents=[found]) if found is not None else None

    def prompts(self) -> Sequence[Prompt]:
        arguments = {
            "test_simple_prompt": [],
            "test_prompt_with_arguments": ["arg1", "arg2"],
            "test_prompt_with_embedded_resource": ["resourceUri"],
            "test_prompt_with_image": [],
            "test_input_required_result_prompt": [],
        }
        return [
            Prompt(
                name=name,
                description="For tests.",
                arguments=[
                    PromptArgument(name=each, description="For tests.", required=True)
                    for each in names
                ],
            )
            for name, names in arguments.items()
        ]

    async def prompt(
        self, context: Context, params: GetPromptRequestParams
    ) -> GetPromptResult | InputRequiredResult | None:
        given = params.arguments or {}
        content: ContentBlock
        match params.name:
            case "test_simple_prompt":
                content = TextContent(text="This is a simple prompt for testing.")
            case "test_prompt_with_arguments":
                one, two = given.get("arg1"), given.get("arg2")
                content = TextContent(text=f"Prompt with arguments: arg1='{one}', arg2='{two}'")
            case "test_prompt_with_embedded_resource":
                content = _embedded(given.get("resourceUri", ""), "text/plain")
            case "test_prompt_with_image":
                content = ImageContent(data=PNG, mime_type="image/png")
            case "test_input_required_result_prompt":
                asked = _accepted(params, "user_context")
                if asked is None:
                    question = _ask(
                        "What context should the prompt use?", context={"type": "string"}
                    )
                    return InputRequiredResult(input_requests={"user_context": question})
                content = TextContent(text=f"Context: {asked.get('context')}")
            case _:
                return None
        return GetPromptResult(messages=[PromptMessage(role="user", content=content)])

    # ── tools ───────────────────────────────────────────────────────────────────────────────

    def _add(self, name: str, body: Body, schema: dict[str, Any]) -> None:
        tool = Tool(name=name, description=f"For tests: {name}.", input_schema=schema)
        self._tools[name] = (tool, body)

    def _fixed(self, name: str, *content: ContentBlock) -> None:
        async def body(context: Context, params: CallToolRequestParams) -> CallToolResult:
            return CallToolResult(content=[*content])

        self._add(name, body, {"type": "object", "properties": {}})

    async def _echo(self, context: Context, params: CallToolRequestParams) -> Answer:
        return _text(json.dumps(params.arguments))

    async def _error(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_error_handling"
        said = TextContent(text="This tool intentionally returns an error for testing")
        return CallToolResult(content=[said], is_error=True)

    async def _logging(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_tool_with_logging"
        for what in ("Tool execution started", "Tool processing data", "Tool execution completed"):
            await self._levels.say(context, "info", what)
            await anyio.sleep(0.02)
        return _text("Tool with logging executed successfully")

    async def _log(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_logging_tool"
        await self._levels.say(context, "info", "a message")
        return _text("said")

    async def _progress(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_tool_with_progress"
        for done in (0, 50, 100):
            await context.session.report_progress(done, 100, f"Completed step {done} of 100")
            await anyio.sleep(0.02)
        return _text("done")

    async def _missing(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_missing_capability"
        needed = ClientCapabilities(sampling=SamplingCapability())
        if not context.session.check_client_capability(needed):
            data = {"requiredCapabilities": {"sampling": {}}}
            raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "sampling is needed", data=data)
        return _text("capable")

    async def _tool_change(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_trigger_tool_change"
        await self._changes.tools_changed()
        return _text("changed")

    async def _prompt_change(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_trigger_prompt_change"
        await self._changes.prompts_changed()
        return _text("changed")

    async def _streaming(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_streaming_elicitation"
        await context.session.report_progress(0, 1, "asking")
        return await self._elicited(context, params)

    # ── the era without sessions: what is needed is asked for in the answer ─────────────────

    async def _elicited(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_input_required_result_elicitation"
        given = _accepted(params, "user_name")
        if given is None or not isinstance(given.get("name"), str):
            question = _ask("What is your name?", name={"type": "string"})
            return InputRequiredResult(input_requests={"user_name": question})
        return _text(f"Hello, {given['name']}!")

    async def _sampled(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_input_required_result_sampling"
        given = (params.input_responses or {}).get("capital_question")
        if not isinstance(given, CreateMessageResult):
            question = _sample("What is the capital of France?")
            return InputRequiredResult(input_requests={"capital_question": question})
        return _text(str(given.content))

    async def _roots(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_input_required_result_list_roots"
        given = (params.input_responses or {}).get("client_roots")
        if not isinstance(given, ListRootsResult):
            return InputRequiredResult(input_requests={"client_roots": ListRootsRequest()})
        return _text(", ".join(str(root.uri) for root in given.roots))

    async def _state(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_input_required_result_request_state"
        if params.request_state is None or _accepted(params, "confirm") is None:
            question = _ask("Please confirm", ok={"type": "boolean"})
            return InputRequiredResult(input_requests={"confirm": question}, request_state="asked")
        if params.request_state != "asked":
            raise MCPError(INVALID_PARAMS, "not a state of this tool")
        return _text("state-ok")

    async def _tampered(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_input_required_result_tampered_state"
        return await self._state(context, params)

    async def _several(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_input_required_result_multiple_inputs"
        wanted = {
            "user_name": _ask("What is your name?", name={"type": "string"}),
            "greeting": _sample("Generate a greeting", 50),
            "client_roots": ListRootsRequest(),
        }
        if set(wanted) - set(params.input_responses or {}):
            return InputRequiredResult(input_requests=wanted, request_state="asked")
        return _text("all there")

    async def _rounds(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_input_required_result_multi_round"
        if params.request_state == "two" and _accepted(params, "step2") is not None:
            return _text("done")
        if params.request_state == "one" and _accepted(params, "step1") is not None:
            second = _ask("Step 2: What is your favorite color?", color={"type": "string"})
            return InputRequiredResult(input_requests={"step2": second}, request_state="two")
        first = _ask("Step 1: What is your name?", name={"type": "string"})
        return InputRequiredResult(input_requests={"step1": first}, request_state="one")

    async def _capable(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_input_required_result_capabilities"
        able = context.session.check_client_capability
        wanted: dict[str, Any] = {}
        if able(ClientCapabilities(sampling=SamplingCapability())):
            wanted["greeting"] = _sample("Generate a greeting", 50)
        if able(ClientCapabilities(elicitation=ElicitationCapability())):
            wanted["user_name"] = _ask("What is your name?", name={"type": "string"})
        if not wanted or set(wanted) <= set(params.input_responses or {}):
            return _text("nothing to ask")
        return InputRequiredResult(input_requests=wanted)

    # ── the era with sessions: the client is asked while the tool waits ─────────────────────

    async def _sampling(self, context: Context, params: CallToolRequestParams) -> Answer:
        request = _sample(str((params.arguments or {}).get("prompt", "")))
        found = await context.session.send_request(
            request, CreateMessageResult, metadata=_related(context)
        )
        said = found.content.text if isinstance(found.content, TextContent) else "no text"
        return _text(f"LLM response: {said}")

    async def _elicitation(self, context: Context, params: CallToolRequestParams) -> Answer:
        message = str((params.arguments or {}).get("message", ""))
        return await _filled(
            context, "User response", message, _object(response={"type": "string"})
        )

    async def _defaults(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_elicitation_sep1034_defaults"
        schema = _object(
            name={"type": "string", "default": "John Doe"},
            age={"type": "integer", "default": 30},
            score={"type": "number", "default": 95.5},
            status={
                "type": "string",
                "enum": ["active", "inactive", "pending"],
                "default": "active",
            },
            verified={"type": "boolean", "default": True},
        )
        return await _filled(context, "Elicitation completed", "Please fill in", schema)

    async def _enums(self, context: Context, params: CallToolRequestParams) -> Answer:
        "test_elicitation_sep1330_enums"
        plain = ["option1", "option2", "option3"]
        titled = [{"const": f"value{i}", "title": f"Option {i}"} for i in (1, 2, 3)]
        schema = _object(
            untitledSingle={"type": "string", "enum": plain},
            titledSingle={"type": "string", "oneOf": titled},
            legacyEnum={
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            },
            untitledMulti={"type": "array", "items": {"type": "string", "enum": plain}},
            titledMulti={"type": "array", "items": {"anyOf": titled}},
        )
        return await _filled(context, "Elicitation completed", "Please choose", schema)


def _embedded(uri: str, kind: str) -> EmbeddedResource:
    text = json.dumps({"test": "data", "value": 123}) if "json" in kind else "Embedded for tests."
    return EmbeddedResource(resource=TextResourceContents(uri=uri, mime_type=kind, text=text))


def _related(context: Context) -> Any:
    from mcp.shared.message import ServerMessageMetadata

    return ServerMessageMetadata(related_request_id=context.request_id)


async def _filled(context: Context, what: str, message: str, schema: dict[str, Any]) -> Answer:
    found = await context.session.elicit_form(message, schema, context.request_id)
    return _text(f"{what}: action={found.action}, content={json.dumps(found.content)}")


def main(port: int) -> None:
    """Serve until the process is stopped."""
    import uvicorn

    from aicfo_sdk.mcp.server import build_server
    from aicfo_sdk.mcp.transports import http_app
    from aicfo_sdk.orchestrator.session import Session
    from tests.interop.shop import shop

    with (
        tempfile.TemporaryDirectory(prefix="aicfo-interop-") as folder,
        shop(Path(folder) / "shop.books") as books,
    ):
        changes, levels = Changes(), Levels()
        server = build_server(
            Session(books), more=[Fixture(changes, levels)], changes=changes, levels=levels
        )
        app = http_app(server, "127.0.0.1")
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
