/**
 * Asking a person. Every prompt has a flag that answers it beforehand; without a terminal a question fails at once and names that flag.
 * Implementations: `terminal.ts` (inquirer, or numbered lines with `--plain`), and the answers of a test.
 */
import type {Secret} from '../base/secret.ts'
import type {Interruptible} from '../base/world.ts'

export interface Choice<T> {
  readonly name: string
  readonly value: T
  /** What stands behind the question when it was chosen; the name unless told. */
  readonly short?: string
}

export interface Question {
  /** What is asked, without a question mark of its own. */
  readonly message: string
  /** The flag that answers it, as it is typed: named where there is no terminal. */
  readonly flag: string
  /** What stands before every further line of it. */
  readonly prefix?: string
  /** Takes the question back: the terminal is restored, and the question throws `CANCELLED`. */
  readonly signal?: AbortSignal | undefined
  /** Whether it waits as long as it takes: nobody is expected to be there. */
  readonly patient?: boolean | undefined
}

/** Every method throws KeyriteError `NO_TERMINAL` where nobody can be asked, and `CANCELLED` on Ctrl-C or at the end of input. */
export interface Ask {
  readonly interactive: boolean
  /** Whether a file named for this run answers `secret`: it goes before one that is remembered. */
  readonly secretGiven?: boolean
  /** No is the default; Enter alone never means yes. */
  confirm(question: Question): Promise<boolean>
  text(question: Question & {readonly check?: (text: string) => string | null}): Promise<string>
  choose<T>(question: Question & {readonly choices: readonly Choice<T>[]}): Promise<T>
  /** Bytes typed without echo. */
  secret(question: Question): Promise<Secret>
  /** The same, shown as they are typed: the rows of a share. Where it is missing, `secret` does. */
  letters?(question: Question): Promise<Secret>
  /** Bytes typed without echo that no file given for a PIN answers. Where it is missing, `secret` does. */
  passphrase?(question: Question): Promise<Secret>
}

/** The same questions, which the room's limit of time and Ctrl-C take back. */
export function watching(ask: Ask, within: Interruptible): Ask {
  const {interactive} = ask
  return {
    interactive,
    confirm: (question) => within((signal) => ask.confirm({...question, signal})),
    text: (question) => within((signal) => ask.text({...question, signal})),
    choose: (question) => within((signal) => ask.choose({...question, signal})),
    secret: (question) => within((signal) => ask.secret({...question, signal})),
    letters: (question) => within((signal) => (ask.letters ?? ask.secret)({...question, signal})),
    passphrase: (question) => within((signal) => (ask.passphrase ?? ask.secret)({...question, signal})),
  }
}
