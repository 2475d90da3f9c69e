// Code mode: a program loops over the tools inside the sandbox, and only what it prints comes back.
import assert from 'node:assert/strict';
import { defineTool } from 'hrm-rex/agents';
import { createMcpProvider } from 'hrm-rex/mcp';
import { z } from 'zod';

let asked = 0;
const weather = defineTool({
  name: 'weather',
  description: 'Temperature of a city in degrees.',
  input: z.object({ city: z.string() }),
  output: z.object({ degrees: z.number() }),
  annotations: { readOnly: true },
  run: ({ city }) => {
    asked += 1;
    return { degrees: city.length * 3 };
  },
});

await using provider = createMcpProvider({
  preset: 'codemode',
  tools: [weather],
  deployments: { here: { type: 'local' } },
});
const context = { signal: AbortSignal.timeout(60_000), callId: 'example', progress: () => {} };
const call = async (name: string, input: object) => {
  const tool = provider.tools.find((each) => each.name === name);
  return (await tool?.call({ ...input }, context)) as { stdout: string; stderr: string; tools: string[] };
};

const found = await call('search_tools', { query: 'temperature city', limit: 1 });
console.log(found.tools[0]);

const code = `
const cities = ['Rome', 'Oslo', 'Berlin', 'Reykjavik'];
const all = await Promise.all(cities.map(async (city) => ({ city, ...(await tools.weather({ city })) })));
const warm = all.filter(({ degrees }) => degrees > 15);
await tools.file_write({ path: 'warm.json', content: JSON.stringify(warm) });
console.log(warm.map(({ city }) => city).join(', '));`;
const { stdout, stderr } = await call('run_code', { code });
assert.equal(stdout, 'Berlin, Reykjavik\n', stderr);
assert.equal(asked, 4);
