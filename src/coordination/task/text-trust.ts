/** Characters from which on a text is far longer than anything that planners learn from. */
const longText = 10_000;

const english = wordSet(
  'the a an and or to of in for on with is are be it this that not from by as when if so into use add fix make all no should now only was we can new',
);

/** Frequent words of languages in Latin letters that are no English words. */
const foreign = wordSet(
  'der die das und nicht ist eine einen dem den mit für auf wird bitte wenn oder zum zur ' +
    'le la les des une est dans pour avec qui sur pas et du aux ce ' +
    'el los las una para con por que del se como está y ' +
    'il che di per non sono della con gli nel un è ' +
    'o os em uma não do da dos ao são ' +
    'het een van en niet voor met zijn naar ' +
    'och att det som är på för inte med av ' +
    've bir bu için ile olarak daha w nie na się do z że jak',
);

/**
 * How far what a planner says of a text can be trusted, 0 to 1: 1 for a request in English, less for one that is empty,
 * in another language or extremely long. Only text like that which planners learn from has calibrated probabilities.
 */
export function textTrust(text: string): number {
  const read = text.slice(0, longText);
  const words = read.toLowerCase().match(/\p{L}[\p{L}\p{M}']*/gu) ?? [];
  if (words.length === 0) return 0.1;
  const letters = words.join('');
  const latin = (letters.match(/[a-z]/g) ?? []).length / letters.length;
  if (latin < 0.7) return 0.3;
  const known = words.filter((word) => english.has(word)).length;
  const other = words.filter((word) => foreign.has(word) && !english.has(word)).length;
  if (other >= 2 && other > known) return 0.4;
  if (text.length > longText) return 0.4;
  return words.length === 1 ? 0.6 : 1;
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
