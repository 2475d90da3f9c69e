/** The parts of a URI template by name. */
export type McpVariables = Readonly<Record<string, string>>;

/** What a resource holds: text, or bytes as base64. */
export type McpResourceContent =
  | { readonly uri: string; readonly mimeType?: string | undefined; readonly text: string }
  | { readonly uri: string; readonly mimeType?: string | undefined; readonly blob: string };

/** A resource in a list. */
export interface McpResourceEntry {
  readonly uri: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly mimeType?: string | undefined;
}

/** Who asks. */
export interface McpCaller {
  /** As {@link McpPeer.owner}. */
  readonly owner: string;
  readonly signal: AbortSignal;
}

/** Something to read, by one URI or by all that fit a template. */
export interface McpResource {
  /** A URI, or a URI template (RFC 6570) such as `job://{id}/log`. */
  readonly uri: string;
  readonly name: string;
  readonly description: string;
  readonly mimeType?: string | undefined;
  /** Reads it. @throws FILE_NOT_FOUND or HANDLE_UNKNOWN where there is nothing */
  read(uri: string, variables: McpVariables, caller: McpCaller): Promise<McpResourceContent> | McpResourceContent;
  /** What there is at the moment, for a template. Default: nothing is listed. */
  list?(caller: McpCaller): readonly McpResourceEntry[] | Promise<readonly McpResourceEntry[]>;
  /** Values of a template's variable that begin with what was typed. */
  complete?(variable: string, typed: string, caller: McpCaller): readonly string[] | Promise<readonly string[]>;
}
