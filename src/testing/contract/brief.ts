/** A time limit that a program reaches only when it does not end by itself, and has printed its first line by then. */
export const briefMs = 500;
