/**
 * This package as an MCP server, and MCP servers as tools of this package.
 *
 * @packageDocumentation
 */

export type { McpApproval, McpCall } from './adapter/check-call.ts';
export type { McpConnection, McpTransport } from './adapter/connect-client.ts';
export { findCommands, shellAgent } from './agents/shell-agent.ts';
export { type McpTools, mcpTools } from './client/mcp-tools.ts';
export type { McpToolsOptions } from './client/mcp-tools-options.ts';
export type { McpAddress, McpChannel, McpCommand, McpServerAddress } from './client/server-address.ts';
export { type McpContent, type McpContentBlock, mcpContent } from './content.ts';
export { parseDeployment } from './deployments/parse-deployment.ts';
export { findSafest, type SafestDeployment } from './deployments/safest.ts';
export type { AccessOptions } from './http/gatekeeper.ts';
export type { McpHttpOptions } from './http/http-options.ts';
export { type McpHttpServer, serveMcpHttp } from './http/serve-http.ts';
export {
  type McpForm,
  type McpFormAnswer,
  type McpLogLevel,
  type McpPeer,
  type McpSample,
  type McpSampleRequest,
  peerOf,
} from './peer.ts';
export type { McpPrompt, McpPromptArgument, McpPromptMessage } from './prompts.ts';
export { createMcpProvider, type McpProvider } from './provider.ts';
export type { McpProviderOptions } from './provider-options.ts';
export type { McpLimits } from './provider-state.ts';
export type { McpCaller, McpResource, McpResourceContent, McpResourceEntry, McpVariables } from './resources.ts';
export { samplingModel } from './sampling-model.ts';
export type { DeploymentSource } from './state/deployment-source.ts';
export type { McpAgent } from './state/run-desk.ts';
export { type McpStdioOptions, serveMcpStdio } from './stdio/serve-stdio.ts';
export type { McpPreset } from './tools/presets.ts';
