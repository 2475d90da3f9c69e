import { invalidArgument } from '../../../core/errors.ts';
import type { CommandTemplate, WorkflowValues } from './tool-preset.ts';

/** The argv that a template stands for. @throws INVALID_ARGUMENT for a value that is not given */
export function fillTemplate(template: CommandTemplate, values: WorkflowValues): string[] {
  return template.flatMap((word) => {
    const several = /^\{(\w+)\*\}$/.exec(word)?.[1];
    return several === undefined ? [fillWord(word, values)] : [values[several] ?? []].flat();
  });
}

/** A text with its values. @throws INVALID_ARGUMENT for one that is not given */
export function fillWord(text: string, values: WorkflowValues): string {
  return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw invalidArgument(`values.${name}`, 'a text', undefined);
    return [value].flat().join(' ');
  });
}
