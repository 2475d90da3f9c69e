import { cpp } from './cpp.ts';
import { java } from './java.ts';
import { javascript } from './javascript.ts';
import type { Project } from './project.ts';
import { python } from './python.ts';
import { shell } from './shell.ts';
import { typescript } from './typescript.ts';

/** The projects of the workspace. */
export const projects: readonly Project[] = [shell, python, javascript, typescript, cpp, java];

/** The project of this name. */
export function projectOf(name: string): Project {
  return projects.find((project) => project.name === name) as Project;
}
