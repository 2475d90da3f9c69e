// The server that the official conformance suite asks for, built through the public provider API. Prints its address.
import { setTimeout as delay } from 'node:timers/promises';
import type { Tool, ToolContext } from 'hrm-rex/agents';
import {
  createMcpProvider,
  type McpContentBlock,
  type McpPeer,
  type McpPrompt,
  type McpResource,
  mcpContent,
  peerOf,
  serveMcpHttp,
} from 'hrm-rex/mcp';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const wav = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

const image: McpContentBlock = { type: 'image', data: png, mimeType: 'image/png' };
const text = (words: string): McpContentBlock => ({ type: 'text', text: words });
const resource = (uri: string, mimeType: string, words: string): McpContentBlock => ({
  type: 'resource',
  resource: { uri, mimeType, text: words },
});

/** A tool with a name, an answer and at most one text argument. */
function tool(name: string, run: Tool['call'], argument?: string): Tool {
  return {
    name,
    description: `Tests ${name}`,
    inputSchema: {
      type: 'object',
      properties: argument === undefined ? {} : { [argument]: { type: 'string' } },
      ...(argument === undefined ? {} : { required: [argument] }),
    },
    annotations: {},
    needsApproval: () => false,
    resources: () => [],
    call: run,
  };
}

const show = (name: string, ...blocks: McpContentBlock[]): Tool => tool(name, async () => mcpContent(blocks));
const member = (input: unknown, name: string): string => String((input as Record<string, unknown>)[name]);

function peer(context: ToolContext): McpPeer {
  const found = peerOf(context);
  if (!found) throw new Error('no client');
  return found;
}

async function ask(
  context: ToolContext,
  message: string,
  properties: object,
  required: string[] = [],
): Promise<ReturnType<typeof mcpContent>> {
  const form = {
    mode: 'form' as const,
    message,
    requestedSchema: { type: 'object' as const, properties: properties as never, required },
  };
  const { action, content } = await peer(context).ask(form);
  return mcpContent([text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`)]);
}

const titled = (title: string, values: readonly string[]) =>
  values.map((value, index) => ({ const: value, title: `${title} ${index + 1}` }));
const options = ['option1', 'option2', 'option3'];

const tools: Tool[] = [
  show('test_simple_text', text('This is a simple text response for testing.')),
  show('test_image_content', image),
  show('test_audio_content', { type: 'audio', data: wav, mimeType: 'audio/wav' }),
  show(
    'test_embedded_resource',
    resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ),
  show(
    'test_multiple_content_types',
    text('Multiple content types test:'),
    image,
    resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ),
  tool('test_tool_with_logging', async (_, context) => {
    for (const words of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await peer(context).log('info', words);
      await delay(50);
    }
    return 'Tool with logging executed successfully';
  }),
  tool('test_tool_with_progress', async (_, context) => {
    for (const done of [0, 50, 100]) {
      context.progress({ done, total: 100, message: `${done} of 100` });
      await delay(50);
    }
    return 'Tool with progress executed successfully';
  }),
  tool('test_error_handling', async () => {
    throw new Error('This tool intentionally returns an error for testing');
  }),
  tool('test_reconnection', async (_, context) => {
    peer(context).closeStream();
    await delay(100);
    return 'Reconnection test completed successfully.';
  }),
  tool(
    'test_sampling',
    async (input, context) => {
      const content = { type: 'text' as const, text: member(input, 'prompt') };
      const answer = await peer(context).sample({ messages: [{ role: 'user', content }], maxTokens: 100 });
      return `LLM response: ${answer.content.type === 'text' ? answer.content.text : 'no text'}`;
    },
    'prompt',
  ),
  tool(
    'test_elicitation',
    async (input, context) => {
      const properties = { response: { type: 'string', description: "User's response" } };
      return await ask(context, member(input, 'message'), properties, ['response']);
    },
    'message',
  ),
  tool('test_elicitation_sep1034_defaults', async (_, context) => {
    const properties = {
      name: { type: 'string', description: 'User name', default: 'John Doe' },
      age: { type: 'integer', description: 'User age', default: 30 },
      score: { type: 'number', description: 'User score', default: 95.5 },
      status: {
        type: 'string',
        description: 'User status',
        enum: ['active', 'inactive', 'pending'],
        default: 'active',
      },
      verified: { type: 'boolean', description: 'Verification status', default: true },
    };
    return await ask(context, 'Please review and update the form fields with defaults', properties);
  }),
  tool('test_elicitation_sep1330_enums', async (_, context) => {
    const properties = {
      untitledSingle: { type: 'string', enum: options },
      titledSingle: { type: 'string', oneOf: titled('Value', ['value1', 'value2', 'value3']) },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
      titledMulti: { type: 'array', items: { anyOf: titled('Choice', ['value1', 'value2', 'value3']) } },
    };
    return await ask(context, 'Please select options from the enum fields', properties);
  }),
  {
    ...tool(
      'json_schema_2020_12_tool',
      async (input) => `JSON Schema 2020-12 tool called with: ${JSON.stringify(input)}`,
    ),
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          $anchor: 'addressDef',
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' },
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      then: { required: ['phone'] },
      else: { required: ['email'] },
      additionalProperties: false,
    },
  },
];

const resources: McpResource[] = [
  {
    uri: 'test://static-text',
    name: 'static text',
    description: 'A text',
    mimeType: 'text/plain',
    read: (uri) => ({ uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }),
  },
  {
    uri: 'test://static-binary',
    name: 'static binary',
    description: 'An image',
    mimeType: 'image/png',
    read: (uri) => ({ uri, mimeType: 'image/png', blob: png }),
  },
  {
    uri: 'test://template/{id}/data',
    name: 'template',
    description: 'Data by id',
    mimeType: 'application/json',
    read: (uri, { id }) => ({
      uri,
      mimeType: 'application/json',
      text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
    }),
  },
  {
    uri: 'test://watched-resource',
    name: 'watched',
    description: 'Can be watched',
    mimeType: 'text/plain',
    read: (uri) => ({ uri, mimeType: 'text/plain', text: 'Watched resource content' }),
  },
];

const arg = (name: string, values: readonly string[] = []) => ({
  name,
  description: name,
  required: true,
  complete: (typed: string) => values.filter((value) => value.startsWith(typed)),
});

const prompts: McpPrompt[] = [
  {
    name: 'test_simple_prompt',
    description: 'A prompt',
    arguments: [],
    write: () => 'This is a simple prompt for testing.',
  },
  {
    name: 'test_prompt_with_arguments',
    description: 'A prompt with arguments',
    arguments: [arg('arg1', ['paris', 'park', 'party']), arg('arg2')],
    write: ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  },
  {
    name: 'test_prompt_with_embedded_resource',
    description: 'A prompt with a resource',
    arguments: [arg('resourceUri')],
    write: ({ resourceUri = '' }) => [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        },
      },
      { role: 'user', content: { type: 'text', text: 'Please process the embedded resource above.' } },
    ],
  },
  {
    name: 'test_prompt_with_image',
    description: 'A prompt with an image',
    arguments: [],
    write: () => [
      { role: 'user', content: { type: 'image', data: png, mimeType: 'image/png' } },
      { role: 'user', content: { type: 'text', text: 'Please analyze the image above.' } },
    ],
  },
];

await using provider = createMcpProvider({ preset: false, tools, resources, prompts, name: 'conformance' });
await using server = await serveMcpHttp(provider, { token: false, retryMs: 500 });
console.log(server.url);
await new Promise((resolve) => process.once('SIGTERM', resolve));
