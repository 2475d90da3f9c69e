/** A piece of the vocabulary and the logarithm of its probability; its place in the list is its number. */
export type SentencePiece = readonly [piece: string, score: number];

/** Pieces at the start of the vocabulary that stand for themselves and are never found in a text; 0 is "unknown". */
const reservedPieces = 6;
/** What an unknown character costs more than the rarest piece. */
const unknownPenalty = 10;

interface Step {
  readonly score: number;
  readonly from: number;
  readonly piece: number;
}

/** Takes a text apart into the likeliest pieces of a vocabulary (SentencePiece's unigram model, Kudo 2018). */
export class SentencePieces {
  readonly #pieces = new Map<string, readonly [index: number, score: number]>();
  readonly #longest: number;
  readonly #unknownScore: number;

  constructor(vocabulary: readonly SentencePiece[]) {
    let [longest, least] = [1, 0];
    vocabulary.forEach(([piece, score], index) => {
      if (index < reservedPieces) return;
      this.#pieces.set(piece, [index, score]);
      longest = Math.max(longest, piece.length);
      least = Math.min(least, score);
    });
    this.#longest = longest;
    this.#unknownScore = least - unknownPenalty;
  }

  /** Numbers of the pieces of a text, at most `limit`; neighbouring unknown characters count as one. */
  encode(text: string, limit: number = Number.POSITIVE_INFINITY): number[] {
    const normal = text.normalize('NFKC').trim().replace(/\s+/g, '▁');
    if (normal === '') return [];
    const pieces: number[] = [];
    for (const piece of this.#likeliest(`▁${normal}`)) {
      if (pieces.length >= limit) break;
      if (piece !== 0 || pieces.at(-1) !== 0) pieces.push(piece);
    }
    return pieces;
  }

  /** The path of the highest summed score (Viterbi). */
  #likeliest(text: string): number[] {
    const best: Step[] = [{ score: 0, from: 0, piece: 0 }];
    for (let end = 1; end <= text.length; end++) {
      let chosen: Step = { score: (best[end - 1] as Step).score + this.#unknownScore, from: end - 1, piece: 0 };
      for (let from = Math.max(0, end - this.#longest); from < end; from++) {
        const found = this.#pieces.get(text.slice(from, end));
        if (!found) continue;
        const score = (best[from] as Step).score + found[1];
        if (score > chosen.score) chosen = { score, from, piece: found[0] };
      }
      best.push(chosen);
    }
    const pieces: number[] = [];
    for (let end = text.length; end > 0; end = (best[end] as Step).from) pieces.push((best[end] as Step).piece);
    return pieces.reverse();
  }
}
