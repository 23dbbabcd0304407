/** Colour: only on a terminal that wants it, and never the only bearer of a meaning. */
import {Chalk} from 'chalk'

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

export function paintFor(facts: ColourFacts): Paint {
  const chalk = new Chalk({level: hasColour(facts) ? 1 : 0})
  return {
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    line: (text) => (chalk.level === 0 ? text : text.replace(alarming, (word) => chalk.red.bold(word))),
  }
}
