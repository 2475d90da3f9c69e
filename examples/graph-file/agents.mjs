/** An agent of one's own: a function that does a task and returns an outcome. */
export async function writer(_task, { inputs }) {
  const passed = inputs.unit.output.trim().split('\n').length;
  return { kind: 'done', output: { notes: `Version ${inputs.version.text.trim()}: ${passed} tests pass.` } };
}
