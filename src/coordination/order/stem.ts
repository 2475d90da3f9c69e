/** Endings of English words that change with tense, number or part of speech. */
const ending = /(?<=...)(at(ions?|ors?|ing|e[ds]?)|ings?|ers?|ies|ied|ed|es|s|e|y)$/;

/** The part of a word that its forms share, so that "chopped" is about "chop": without its ending, seven letters at most. */
export function stemOf(word: string): string {
  return word
    .replace(ending, '')
    .replace(/(?<=..)(.)\1$/, '$1')
    .slice(0, 7);
}
