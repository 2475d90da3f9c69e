import type { ErrorHandler } from './tool-preset.ts';

/** A registry that cannot be reached: waits, and tries again. */
export const networkDown: ErrorHandler = {
  name: 'network-down',
  pattern:
    /\b(?:ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRE(?:SET|FUSED))\b|Temporary failure (?:in name resolution|resolving)|Could not resolve|NewConnectionError|[Nn]etwork is unreachable|dial tcp|failed to download from|Could not transfer artifact/,
  recover: [['sleep', '1']],
  times: 2,
  advice: 'The registry cannot be reached: check network, proxy and registry address.',
};
