/** What stands for the placeholders of a command template: texts within words, lists for whole words. */
export interface CommandValues {
  readonly texts: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** The argv that a template stands for; braces that name nothing stay. */
export function fillCommand(template: readonly string[], values: CommandValues): string[] {
  return template.flatMap((word) => {
    const list = /^\{(\w+)\}$/.exec(word)?.[1];
    return (list !== undefined && values.lists[list]) || [fillText(word, values.texts)];
  });
}

/** A text with its placeholders replaced; braces that name nothing stay. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
