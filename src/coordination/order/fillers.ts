/** Words that say nothing of what a subtask is about. */
export const fillers: ReadonlySet<string> = new Set(
  'a an the of to in for on and or is are be as at by it its this that with from'.split(' '),
);
