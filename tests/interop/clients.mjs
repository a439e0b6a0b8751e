// The TypeScript clients, both major versions: list everything, call one tool, read one resource.
// node clients.mjs v1|v2 stdio COMMAND…   or   node clients.mjs v1|v2 http URL
// Prints one JSON object.
const [version, transport, ...target] = process.argv.slice(2);

async function client() {
  const about = { name: "aicfo-interop", version: "1" };
  if (version === "v1") {
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    const stdio = await import("@modelcontextprotocol/sdk/client/stdio.js");
    const http = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
    return [new Client(about), stdio.StdioClientTransport, http.StreamableHTTPClientTransport];
  }
  const made = await import("@modelcontextprotocol/client");
  const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
  const options = { versionNegotiation: { mode: "auto" } };
  return [
    new made.Client(about, options),
    StdioClientTransport,
    made.StreamableHTTPClientTransport,
  ];
}

const [mcp, Stdio, Http] = await client();
const [command, ...args] = target;
const wire =
  transport === "http"
    ? new Http(new URL(command))
    : new Stdio({ command, args, env: process.env, stderr: "inherit" });
await mcp.connect(wire);
const { tools } = await mcp.listTools();
const { resources } = await mcp.listResources();
const { prompts } = await mcp.listPrompts();
const called = await mcp.callTool({ name: "core_credit_lines", arguments: {} });
const wrong = await mcp.callTool({ name: "core_credit_lines", arguments: { limit: 3 } });
const read = await mcp.readResource({ uri: "books://credit-lines" });
const completed = await mcp.complete({
  ref: { type: "ref/resource", uri: "books://credit-lines/{id}" },
  argument: { name: "id", value: "" },
});
await mcp.close();
console.log(
  JSON.stringify({
    tools: tools.length,
    resources: resources.length,
    prompts: prompts.length,
    called: called.structuredContent.result[0].id,
    refused: wrong.isError === true && wrong.content[0].text.includes("no such argument"),
    read: JSON.parse(read.contents[0].text).records[0].id,
    completed: completed.completion.values,
  }),
);
