import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { UriTemplate } from '@modelcontextprotocol/sdk/shared/uriTemplate.js';
import {
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { McpCaller, McpResource, McpVariables } from '../resources.ts';
import { describe } from './results.ts';

const notFound = -32002;

/** Answers about resources; the result tells whether a client wants to hear of changes of a URI. */
export function serveResources(
  server: Server,
  resources: readonly McpResource[],
  owner: string,
): (uri: string) => boolean {
  const subscribed = new Set<string>();
  const templates = resources.filter(({ uri }) => UriTemplate.isTemplate(uri));
  const plain = resources.filter((resource) => !templates.includes(resource));
  const callerOf = (signal: AbortSignal): McpCaller => ({ owner, signal });
  server.setRequestHandler(ListResourcesRequestSchema, async (_, { signal }) => {
    const lists = await Promise.all(templates.map((template) => template.list?.(callerOf(signal)) ?? []));
    return { resources: [...plain.map(describeResource), ...lists.flat().map((entry) => ({ ...entry }))] };
  });
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: templates.map(({ uri, ...rest }) => ({
      ...describeResource({ uri, ...rest }),
      uriTemplate: uri,
    })),
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, { signal }) => {
    const found = findResource(resources, uri);
    if (!found) throw new McpError(notFound, `Resource not found: ${uri.slice(0, 200)}`, { uri });
    try {
      return { contents: [{ ...(await found.resource.read(uri, found.variables, callerOf(signal))) }] };
    } catch (error) {
      throw new McpError(notFound, describe(error), { uri });
    }
  });
  server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }) => {
    if (!findResource(resources, uri))
      throw new McpError(ErrorCode.InvalidParams, `Resource not found: ${uri.slice(0, 200)}`);
    subscribed.add(uri);
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    subscribed.delete(uri);
    return {};
  });
  return (uri) => subscribed.has(uri);
}

/** The resource behind a URI, and the values of its template. */
export function findResource(
  resources: readonly McpResource[],
  uri: string,
): { readonly resource: McpResource; readonly variables: McpVariables } | undefined {
  for (const resource of resources) {
    if (resource.uri === uri) return { resource, variables: {} };
    if (!UriTemplate.isTemplate(resource.uri)) continue;
    const match = new UriTemplate(resource.uri).match(uri) ?? matchRoot(resource.uri, uri);
    if (match) return { resource, variables: decode(match) };
  }
  return undefined;
}

/** A template whose last part may be anything also stands for its beginning alone: `sandbox://ID/` is the root. */
function matchRoot(template: string, uri: string): Record<string, string | string[]> | null {
  const start = /^(.*\/)\{\+\w+\}$/.exec(template)?.[1];
  return start === undefined ? null : new UriTemplate(start).match(uri);
}

function decode(match: Readonly<Record<string, string | string[]>>): McpVariables {
  return Object.fromEntries(
    Object.entries(match).map(([name, value]) => [name, decodePart(Array.isArray(value) ? value.join(',') : value)]),
  );
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function describeResource({ uri, name, description, mimeType }: McpResource): {
  uri: string;
  name: string;
  description: string;
  mimeType?: string;
} {
  return { uri, name, description, ...(mimeType === undefined ? {} : { mimeType }) };
}
