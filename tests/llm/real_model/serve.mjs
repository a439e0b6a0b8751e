// A small model behind an OpenAI-shaped server on loopback: `node serve.mjs MODEL.gguf` prints its port.
//
// A 135M model writes poor prose and worse JSON, so a grammar made from the tools' own schemas holds its
// pen: it chooses which tool and which arguments, never their shape. It must call before it may answer;
// after a result it may do either. One thread, no randomness.
import { createServer } from "node:http";
import { getLlama, LlamaChatSession } from "node-llama-cpp";

const MOST_ENUM = 400; // a whole number within bounds is written out as a choice
const MOST_SHOWN = 600; // characters of any one message: the model reads some 100 tokens a second
const MOST_ABOUT = 80; // characters about each tool
const MOST_WRITTEN = 96; // tokens

const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: "error" });
const model = await llama.loadModel({ modelPath: process.argv[2] });
const context = await model.createContext({ contextSize: 4096, threads: 1, sequences: 1 });
const sequence = context.getSequence();

function shape(schema) {
  if (schema.anyOf || schema.oneOf) {
    const found = (schema.anyOf ?? schema.oneOf).map(shape).filter(Boolean);
    return found.length ? { oneOf: found } : null;
  }
  if (schema.enum) return { enum: schema.enum };
  if ("const" in schema) return { const: schema.const };
  if (schema.type === "object") {
    const properties = {};
    const required = new Set(schema.required ?? []);
    for (const [name, each] of Object.entries(schema.properties ?? {})) {
      const made = shape(each);
      // What the grammar cannot say is left out where it may be; else the call comes back with the mend.
      if (made) properties[name] = made;
      else if (required.has(name)) properties[name] = { type: "string" };
    }
    return { type: "object", properties, additionalProperties: false };
  }
  if (schema.type === "integer") {
    const { minimum, maximum } = schema;
    if (minimum !== undefined && maximum !== undefined && maximum - minimum < MOST_ENUM)
      return { enum: Array.from({ length: maximum - minimum + 1 }, (_, at) => minimum + at) };
    return minimum === undefined && maximum === undefined ? { type: "integer" } : null;
  }
  if (schema.type === "string") {
    if (schema.format === "date") return { type: "string", format: "date" };
    if (schema.pattern) return null;
    return { type: "string", minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 40, 40) };
  }
  if (schema.type === "array" && schema.items) {
    const items = shape(schema.items);
    return items && { type: "array", items, maxItems: 3 };
  }
  return ["boolean", "number", "null"].includes(schema.type) ? { type: schema.type } : null;
}

const cut = (text) => (text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)} …` : text);

// The tools stand behind the system's words, so that what was read of one request serves the next.
function history(messages, tools) {
  const told = tools.map(({ function: each }) => `${each.name}: ${each.description.slice(0, MOST_ABOUT)}`);
  return messages.map(({ role, content, tool_calls }) => {
    if (role === "system") return { type: "system", text: `${cut(content)}\nTools:\n${told.join("\n")}` };
    if (role === "assistant")
      return { type: "model", response: [content ?? JSON.stringify(tool_calls.map((call) => call.function))] };
    return { type: "user", text: role === "tool" ? `Result: ${cut(content)}` : cut(content) };
  });
}

const call = ({ function: each }) => ({
  type: "object",
  properties: { tool: { const: each.name }, arguments: shape(each.parameters) },
});
const ANSWER = { type: "object", properties: { answer: { type: "string", minLength: 1, maxLength: 160 } } };

async function reply({ messages, tools = [] }) {
  const session = new LlamaChatSession({ contextSequence: sequence });
  try {
    const said = history(messages, tools);
    const last = said.pop();
    const may = tools.map(call);
    if (!tools.length || messages.some(({ role }) => role === "tool")) may.push(ANSWER);
    session.setChatHistory(said);
    const before = sequence.tokenMeter.getState();
    const text = await session.prompt(last.text, {
      grammar: await llama.createGrammarForJsonSchema(may.length > 1 ? { oneOf: may } : may[0]),
      maxTokens: MOST_WRITTEN,
      temperature: 0,
    });
    const used = sequence.tokenMeter.diff(before);
    const usage = { prompt_tokens: used.usedInputTokens, completion_tokens: used.usedOutputTokens };
    return { text, usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens } };
  } finally {
    session.dispose({ disposeSequence: false });
  }
}

function message({ text }) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return { role: "assistant", content: text }; // cut off at MOST_WRITTEN
  }
  if (found.answer !== undefined) return { role: "assistant", content: found.answer };
  const given = { name: found.tool, arguments: JSON.stringify(found.arguments ?? {}) };
  return { role: "assistant", content: null, tool_calls: [{ index: 0, id: "call_0", type: "function", function: given }] };
}

async function handle(request, response) {
  let body = "";
  for await (const piece of request) body += piece;
  const asked = JSON.parse(body);
  const made = await reply(asked);
  const said = message(made);
  const reason = said.tool_calls ? "tool_calls" : "stop";
  const head = { id: "real", created: 1, model: asked.model };
  if (!asked.stream) {
    const choices = [{ index: 0, message: said, finish_reason: reason }];
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ ...head, object: "chat.completion", choices, usage: made.usage }));
    return;
  }
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  const chunk = (choices, more = {}) =>
    response.write(`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...more })}\n\n`);
  chunk([{ index: 0, delta: said, finish_reason: null }]);
  chunk([{ index: 0, delta: {}, finish_reason: reason }]);
  chunk([], { usage: made.usage });
  response.end("data: [DONE]\n\n");
}

// One request at a time: there is one sequence.
let before = Promise.resolve();
const server = createServer((request, response) => {
  before = before.then(() => handle(request, response)).catch((error) => {
    response.writeHead(500, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ error: { message: String(error) } }));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
