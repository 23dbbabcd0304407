/** What each exit status means, in words; docs/errors.md says the same, and a test compares the two. */
export const exitMeanings: readonly (readonly [status: number, meaning: string])[] = [
  [0, 'done'],
  [1, 'a bug in keyrite'],
  [2, 'the command line, or a file given on it, is not right'],
  [3, 'not confirmed, or nobody there to confirm'],
  [4, 'not found'],
  [5, 'in the wrong state for this'],
  [6, 'integrity: something was tampered with, rolled back, badly signed, or is not what was approved'],
  [7, 'the provider, or the network, failed; trying again may help'],
  [8, 'policy: signatures, people or permission are missing'],
  [9, 'stopped half-way; it can be gone on with'],
  [10, 'there are findings'],
  [11, 'the provider refused the credentials'],
  [12, 'storage: full, read-only, broken, or held by another process'],
  [127, 'no such command'],
  [130, 'cancelled, by Ctrl-C or because the input ended'],
]
