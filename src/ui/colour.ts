/** Colour: only on a terminal that wants it, and never the only bearer of a meaning. */
import type {ChalkInstance} from 'chalk'

/** What decides whether there is colour. */
export interface ColourFacts {
  readonly env: NodeJS.ProcessEnv
  readonly tty: boolean
  /** `--no-color`, `--plain` and what stands for them. */
  readonly refused: boolean
}

export interface Paint {
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
  /** A whole line of ours: its alarming words are painted, `production` among them. */
  readonly line: (text: string) => string
}

/** chalk 6 itself ignores NO_COLOR (https://no-color.org: any value that is not empty). */
export function hasColour({env, tty, refused}: ColourFacts): boolean {
  return tty && !refused && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

const alarming = /\b(?:production|Error|compromised|solo)\b/g

let chalk: ChalkInstance | undefined

/** Loads what paints; a run without a terminal does without. */
export async function readyPaint(): Promise<void> {
  const {Chalk} = await import('chalk')
  chalk ??= new Chalk({level: 1})
}

/** Without colour until `readyPaint` is through. */
export function paintFor(facts: ColourFacts): Paint {
  const pen = hasColour(facts) ? chalk : undefined
  if (pen === undefined) return {strong: same, faint: same, line: same}
  return {
    strong: (text) => pen.bold(text),
    faint: (text) => pen.dim(text),
    line: (text) => text.replace(alarming, (word) => pen.red.bold(word)),
  }
}

const same = (text: string): string => text
