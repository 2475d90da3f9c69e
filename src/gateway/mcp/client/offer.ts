import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  type ClientCapabilities,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { McpForm } from '../peer.ts';
import { answerSample } from './answer-sample.ts';
import type { McpToolsOptions } from './mcp-tools-options.ts';

/** What a client offers to its server: a model, and a person who fills in forms. */
export function offerToServer({ model, onForm }: McpToolsOptions): {
  readonly capabilities: ClientCapabilities;
  register(client: Client): void;
} {
  return {
    capabilities: {
      ...(model ? { sampling: { tools: {} } } : {}),
      ...(onForm ? { elicitation: { form: { applyDefaults: true } } } : {}),
    },
    register: (client) => {
      if (model)
        client.setRequestHandler(CreateMessageRequestSchema, ({ params }, { signal }) =>
          answerSample(model, params, signal),
        );
      if (onForm)
        client.setRequestHandler(
          ElicitRequestSchema,
          async ({ params }, { signal }) => await onForm(params as McpForm, signal),
        );
    },
  };
}
