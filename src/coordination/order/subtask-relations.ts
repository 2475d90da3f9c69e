import { wordsOf } from '../encoder/text-features.ts';
import { fillers } from './fillers.ts';
import { nameOf } from './list-facts.ts';
import { stemOf } from './stem.ts';

/** Said of what is known already, and of what is new. */
const known = new Set('the this that these those its their'.split(' '));
const fresh = new Set('a an some your any new one'.split(' '));

/** What a subtask says, by stems of its words. */
interface Stems {
  /** Where each stem is first said: 0 at the start of the text, 1 at its end. */
  readonly places: ReadonlyMap<string, number>;
  readonly known: ReadonlySet<string>;
  readonly fresh: ReadonlySet<string>;
  readonly verb: string | undefined;
  readonly last: string | undefined;
  readonly name: readonly string[];
  readonly isPrivate: boolean;
}

/**
 * How an ordered pair of subtasks hangs together, in numbers: which shared words stand where and are new or known there, whether
 * one says the other's verb, object or name, and where the request speaks of each. Words that few subtasks share count more.
 */
export function subtaskRelations(
  request: string,
  subtasks: readonly string[],
): (first: number, second: number) => number[] {
  const asked = placesOf(wordsOf(request).map(stemOf));
  const all = subtasks.map(stemsOf);
  const holders = new Map<string, number>();
  for (const { places } of all) for (const stem of places.keys()) holders.set(stem, (holders.get(stem) ?? 0) + 1);
  const weight = (stem: string): number => Math.log((all.length + 1) / (holders.get(stem) ?? 1));
  const sum = (stems: readonly string[]): number => stems.reduce((total, stem) => total + weight(stem), 0);
  const mean = (stems: readonly string[], value: (stem: string) => number): number =>
    stems.length === 0 ? -1 : stems.reduce((total, stem) => total + weight(stem) * value(stem), 0) / sum(stems);
  const nodes = all.map((own) => {
    const stems = [...own.places.keys()];
    const inRequest = stems.filter((stem) => asked.has(stem));
    const rare = inRequest.filter((stem) => (holders.get(stem) as number) <= Math.max(1, all.length / 3));
    const places = rare.map((stem) => (asked.get(stem) as readonly number[])[0] as number);
    return {
      ...own,
      mass: Math.max(0.1, sum(stems)),
      firstAsked: mean(inRequest, (stem) => asked.get(stem)?.[0] as number),
      lastAsked: mean(inRequest, (stem) => asked.get(stem)?.at(-1) as number),
      earliest: places.length > 0 ? Math.min(...places) : -1,
      asked: sum(inRequest) / Math.max(0.1, sum(stems)),
      sameVerb: all.filter(({ verb }) => verb === own.verb).length / all.length,
      lastElsewhere: all.filter((other) => other !== own && says(other, own.last)).length / all.length,
    };
  });
  const named = (name: readonly string[], by: Stems): number =>
    name.length === 0 ? -1 : sum(name.filter((stem) => by.places.has(stem))) / Math.max(0.1, sum(name));
  return (first, second) => {
    const [before, after] = [nodes[first], nodes[second]] as [(typeof nodes)[number], (typeof nodes)[number]];
    const shared = [...before.places.keys()].filter((stem) => after.places.has(stem));
    const common = sum(shared);
    const count = (stems: ReadonlySet<string>): number => shared.filter((stem) => stems.has(stem)).length;
    return [
      ...[common, common / before.mass, common / after.mass],
      mean(shared, (stem) => before.places.get(stem) as number),
      mean(shared, (stem) => after.places.get(stem) as number),
      ...[before.firstAsked, after.firstAsked, before.firstAsked - after.firstAsked],
      ...[before.lastAsked - after.lastAsked, before.earliest - after.earliest],
      ...[before.asked, after.asked, before.asked - after.asked],
      ...[count(after.known), count(before.known), count(before.fresh), count(after.fresh)],
      ...[
        before.verb !== after.verb && says(after, before.verb),
        before.verb !== after.verb && says(before, after.verb),
      ],
      ...[before.verb === after.verb, says(after, before.last), says(before, after.last), before.last === after.last],
      ...[named(before.name, after), named(after.name, before), before.isPrivate, after.isPrivate],
      ...[before.sameVerb, after.sameVerb, before.lastElsewhere, after.lastElsewhere],
    ].map(Number);
  };
}

function says({ places }: Stems, stem: string | undefined): boolean {
  return stem !== undefined && places.has(stem);
}

function stemsOf(text: string): Stems {
  const words = wordsOf(text);
  const stems = words.map((word) => (fillers.has(word) ? '' : stemOf(word)));
  const after = (articles: ReadonlySet<string>): Set<string> =>
    new Set(stems.filter((stem, at) => stem !== '' && articles.has(words[at - 1] ?? '')));
  const content = stems.filter((stem) => stem !== '');
  const name = nameOf(text);
  const places = placesOf(stems);
  places.delete('');
  return {
    places: new Map([...places].map(([stem, [place = 0]]) => [stem, place])),
    known: after(known),
    fresh: after(fresh),
    verb: content[0],
    last: content.at(-1),
    name: name === undefined ? [] : wordsOf(name).map(stemOf),
    isPrivate: name?.startsWith('_') ?? false,
  };
}

/** Where each stem stands in a text, from 0 at its start to 1 at its end. */
function placesOf(stems: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  stems.forEach((stem, at) => {
    const found = places.get(stem) ?? [];
    places.set(stem, found);
    found.push(at / Math.max(1, stems.length - 1));
  });
  return places;
}
