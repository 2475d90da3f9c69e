import type { JobView } from '../state/job.ts';

const unknownOption = 9;

/** Says what is missing where a sandbox's Node is too old for TypeScript. */
export function explainLanguage(language: string, view: JobView): JobView {
  if (language !== 'typescript' || view.exit_code !== unknownOption || !/--input-type|bad option/.test(view.stderr))
    return view;
  return { ...view, note: "TypeScript needs Node 22.18 in the sandbox: use language 'javascript'." };
}
