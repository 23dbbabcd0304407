/** The word that stands in every line that is said of a rehearsal, and on every page: it is never taken for the real thing. */
export const rehearsalMark = 'REHEARSAL'

/** The columns that it takes before a line. */
export const markColumns = rehearsalMark.length + 2

export function markedLine(line: string): string {
  return line === '' ? rehearsalMark : `${rehearsalMark}  ${line}`
}
