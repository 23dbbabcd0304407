/**
 * The base of every command: flags, the one way in which results and failures are shown, and what is left of a refusal.
 *
 * A command parses, makes its document and its lines, and returns `this.show(document, lines)`. With `--json` the document
 * is printed, else the lines; the exit status is the document's, else that of the error.
 */
import {Command, type Interfaces} from '@oclif/core'
import type {App} from '../app.ts'
import {plainDuration} from '../base/duration.ts'
import {KeyriteError} from '../base/errors.ts'
import {answeredWithin, idleDefaultMs} from '../base/idle.ts'
import {markColumns, markedLine} from '../base/rehearsal.ts'
import {visible, visibleJson} from '../base/visible.ts'
import type {Interruptible} from '../base/world.ts'
import type {Ledger} from '../ledger/index.ts'
import type {Person} from '../custody/index.ts'
import {hang, wrap} from '../paper/wrap.ts'
import {homeDir, type Surroundings} from '../surroundings.ts'
import {paintFor, readyPaint, type Paint} from './colour.ts'
import {isCancelled, tell, usageError, type Standing, type Told} from './errors.ts'
import {baseFlags} from './flags.ts'
import {process_, withInterruption, withMark, withPinFile, type Outside} from './outside.ts'
import {printer, type Print} from './print.ts'
import {wantsPlain} from './terminal.ts'

/** What `--json` prints. Its fields are a contract. */
export interface Document {
  readonly schema: `keyrite.${string}/1`
  readonly exit: number
  readonly [field: string]: unknown
}

/** What a command has to show. */
export interface Shown {
  readonly document: Document
  readonly lines: readonly string[]
}

export abstract class KeyriteCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = baseFlags

  /** Replaced by tests. */
  outside: Outside = process_
  /** The key that this run is about, if one: a refusal names it. */
  protected concerns: string | null = null
  /** Replaces what Ctrl-C does: `true` says that it was seen to, and that the program goes on for now. */
  protected interrupted: ((signal: NodeJS.Signals) => boolean) | null = null
  /** How it stands with what this run is about, where it ends before its result: said first, with what to type. */
  protected standing: (() => Standing | null) | null = null
  /** Whether this command tries to do anything: what only explains leaves no trace of what it says no to. */
  protected readonly attempts: boolean = true
  /** Whether it only looks at places: one that hangs is not waited for in the end. */
  protected readonly looks: boolean = false
  /** Whether `app` is used. A command that only reads a list does without it, and starts in a fraction of the time. */
  protected readonly withApp: boolean = true
  /** Whether it is about a rehearsal that it does not open as its ledger: then, too, every line says so. */
  protected rehearsal = false
  /** Given when a signal ends the program while a person is asked: what asks leaves the terminal as it was, and the run ends as cancelled. */
  readonly #ending = new AbortController()
  /** How much waits for a person at this moment. */
  #waiting = 0
  /** How long nobody answered, in ms, where that took a question back. */
  #left: number | null = null
  #parts: typeof import('./with-app.ts') | undefined
  #flags: Interfaces.InferredFlags<typeof baseFlags> | undefined
  #pinFile: string | undefined
  #dry = false
  #app: App | undefined

  /** Does it, and says what to show. @throws KeyriteError for what an operator can act on. */
  abstract execute(): Promise<Shown>

  override async run(): Promise<void> {
    const quiet = this.outside.onInterrupt((signal) => {
      const goesOn = this.interrupted?.(signal) === true
      if (this.#waiting > 0 && !this.#ending.signal.aborted) {
        this.#ending.abort()
        return
      }
      if (goesOn) return
      // The terminal has shown `^C`, or a question stands there.
      if (this.outside.stderr.isTTY) this.outside.stderr.write('\n')
      this.#refuse(this.#tell(new KeyriteError('CANCELLED', 'cancelled')))
      this.outside.exit(130)
    })
    try {
      if (this.outside.stdout.isTTY || this.outside.stderr.isTTY) await readyPaint()
      if (this.withApp) this.#parts = await import('./with-app.ts')
      const shown = await this.execute()
      this.#print(this.#parts === undefined ? shown : this.overdue(shown, this.#lateIn(this.#app?.opened)))
    } catch (error) {
      const told = this.#tell(error)
      await this.leaveTrace(error)
      this.#refuse(told)
    } finally {
      await this.#app?.close()
      quiet()
      if (this.looks) this.outside.endSoon()
    }
  }

  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    try {
      const parsed = await super.parse(options, argv)
      // Every command has the base flags, and some the one for PINs.
      const flags: unknown = parsed.flags
      this.#flags = flags as Interfaces.InferredFlags<typeof baseFlags>
      const {'pin-file': pinFile, 'dry-run': dry} = flags as {
        readonly 'pin-file'?: unknown
        readonly 'dry-run'?: unknown
      }
      this.#dry = dry === true
      this.#pinFile = typeof pinFile === 'string' ? pinFile : undefined
      return parsed
    } catch (error) {
      throw usageError(error, this.words, Object.keys({...baseFlags, ...this.ctor.flags}))
    }
  }

  /** The ledger, the providers, the people to ask. Flags are parsed first. */
  protected get app(): App {
    this.#app ??= new this.#whole.App(this.world)
    return this.#app
  }

  /** What `app` stands in: home, state, clock, who is asked. Flags are parsed first. */
  protected get world(): Surroundings {
    return this.outside.surroundings({
      home: homeDir(this.#flags?.home, this.outside.env),
      ask: withPinFile(
        withInterruption(
          withMark(
            this.outside.ask({plain: this.plain, noInput: this.#flags?.['no-input'] === true}),
            () => this.#rehearses,
          ),
          this.#interruptible,
        ),
        this.#pinFile,
      ),
      interruptible: this.#interruptible,
      asking: () => this.#waiting > 0,
      command: `${this.config.bin} ${this.words}`,
      say: (line) => {
        this.say(line)
      },
    })
  }

  readonly #interruptible: Interruptible = async (work, patient = false) => {
    const {signal} = this.#ending
    this.#left = null
    this.#waiting++
    try {
      return await (patient ? work(signal) : answeredWithin(work, this.#idleMs, signal, this.#nobody))
    } finally {
      this.#waiting--
    }
  }

  get #idleMs(): number {
    const ledger = this.#app?.opened
    return ledger === undefined ? idleDefaultMs : this.#whole.idleLimit(ledger)
  }

  /** Everything that ends after a question does so as after Ctrl-C; only what is said, and the exit status, are others. */
  readonly #nobody = (error: unknown): unknown => {
    if (isCancelled(error)) this.#left = this.#idleMs
    return error
  }

  /** What ended this run, where it was a question that nobody answered. @param rest - what is said behind that where nothing was changed. */
  protected cause(error: unknown, rest = ''): unknown {
    if (this.#left === null || !isCancelled(error)) return error
    const changed = error instanceof KeyriteError && error.changed
    return new KeyriteError(
      'STOPPED',
      `nobody answered for ${plainDuration(this.#left)}${changed ? '' : rest}`,
      {
        hints: ['the same command again'],
        changed,
      },
    )
  }

  /** The modules that stand above the ledger. */
  get #whole(): typeof import('./with-app.ts') {
    if (this.#parts === undefined) throw new TypeError('a command without app uses it')
    return this.#parts
  }

  /** The command's name as it is typed. */
  protected get words(): string {
    return this.ctor.id.replaceAll(':', ' ')
  }

  /** Whether prompts must not move the cursor. */
  protected get plain(): boolean {
    return wantsPlain(this.outside.env, this.#flags?.plain === true)
  }

  protected get print(): Print {
    const {isTTY, columns} = this.outside.stdout
    return printer({plain: this.plain || !isTTY, width: this.#room(columns)})
  }

  /** Columns for a line, beside the mark of a rehearsal. */
  #room(columns: number): number {
    return Math.min(columns > 20 ? columns : 80, 80) - (this.#rehearses ? markColumns : 0)
  }

  get #rehearses(): boolean {
    return this.rehearsal || this.#app?.opened?.view.facts.rehearsal === true
  }

  #marked(line: string): string {
    return this.#rehearses ? markedLine(line) : line
  }

  #paintFor({isTTY}: {readonly isTTY: boolean}): Paint {
    const refused = this.plain || this.#flags?.['no-color'] === true
    return paintFor({env: this.outside.env, tty: isTTY, refused})
  }

  /** What this run is to show; `exit` is 0 unless the document says otherwise. Foreign text in the lines has been made visible, as `print` does. */
  protected show(document: Partial<Document> & Pick<Document, 'schema'>, lines: readonly string[]): Shown {
    const {schema, exit = 0, ...facts} = document
    return {document: {schema, exit, ...facts}, lines}
  }

  /** Says something beside the result: progress, warnings, what waits. */
  protected say(line: string): void {
    this.#write(visible(line))
  }

  /**
   * To stderr. On a terminal a sentence is broken at words, and goes on under where it began; what is there to be copied
   * (`Try this:`, a command line) is left whole.
   */
  #write(line: string): void {
    const whole = !this.outside.stderr.isTTY || /^(?:Try this:|Next:|\s+(?:at|keyrite) )/.test(line)
    const paint = this.#paintFor(this.outside.stderr)
    const lines = whole ? [line] : this.#broken(line)
    this.outside.stderr.write(lines.map((one) => `${this.#marked(paint.line(one))}\n`).join(''))
  }

  #broken(line: string): readonly string[] {
    const [start = ''] = /^ *(?:(?:Error|Changed|Cancelled)[:.] |(?:ok|NOT OK) {2})?/.exec(line) ?? []
    const width = this.#room(this.outside.stdout.columns) - start.length
    return hang(start, ' '.repeat(start.length), wrap(line.slice(start.length), width))
  }

  /** Who acts. @throws KeyriteError as `actor`. */
  protected async actor(): Promise<Person> {
    return this.#whole.actor(this.app, this.#named)
  }

  get #named(): string | undefined {
    const env = this.outside.env['KEYRITE_AS']
    return this.#flags?.as ?? (env === '' ? undefined : env)
  }

  #lateIn(ledger: Ledger | undefined): readonly string[] {
    return ledger === undefined ? [] : this.#whole.overdueLines(ledger)
  }

  /** What others should have looked at by now is said before everything else, and ends every list with 10. */
  protected overdue(shown: Shown, late: readonly string[]): Shown {
    if (late.length === 0) return shown
    if (!this.jsonEnabled()) for (const line of late) this.say(line)
    const lists = /:(?:list|status)$/.test(this.ctor.id)
    return lists && shown.document.exit === 0 ? {...shown, document: {...shown.document, exit: 10}} : shown
  }

  /** Records a refusal (exit 6, 8, 11) where this run has the ledger open to write; a dry run is none. Never fails: the first error is the one to be told. */
  protected async leaveTrace(error: unknown): Promise<void> {
    const ledger = this.#app?.opened
    if (ledger === undefined || this.#dry || !this.attempts) return
    const failure = await this.#whole.recordRefusal(ledger, error, {
      operation: this.ctor.id.replaceAll(':', '.'),
      key: this.concerns,
      person: this.#named,
    })
    if (failure !== null) this.say(`The refusal could not be recorded: ${failure}`)
  }

  override jsonEnabled(): boolean {
    const end = this.argv.indexOf('--')
    return (end === -1 ? this.argv : this.argv.slice(0, end)).includes('--json')
  }

  /** oclif's own would print the raw argv and its whole configuration. */
  protected override toErrorJson(error: unknown): unknown {
    return this.#tell(error).document
  }

  #tell(error: unknown): Told {
    const added = this.#app?.opened?.appended ?? 0
    const which = added === 1 ? 'one entry was' : `${added} entries were`
    const recorded = added === 0 ? null : `${which} recorded (keyrite ledger show --last ${added})`
    const going = this.standing === null && isCancelled(error) ? this.#underWay : null
    const change = recorded ?? (going?.acts === true ? 'nothing was recorded' : null)
    const thrown = this.cause(error, change === null ? '; nothing was changed' : '')
    return tell(thrown, change, this.standing?.() ?? going, {
      profile: this.#app?.reached ?? null,
      key: this.concerns,
      command: this.ctor.id.replaceAll(':', ' '),
    })
  }

  get #underWay(): ReturnType<typeof import('./with-app.ts').underWay> {
    return this.#app === undefined ? null : this.#whole.underWay(this.#app)
  }

  #print({document, lines}: Shown): void {
    const {line} = this.#paintFor(this.outside.stdout)
    const said = this.#rehearses ? {...document, rehearsal: true} : document
    // A result is printed as it is, for documents are results, too; but a sentence is one for whoever looks at a terminal.
    const breaks = this.outside.stdout.isTTY && !this.plain
    const shown = lines.flatMap((one) =>
      breaks && /^(?!Next:)[A-Z].*\.$/.test(one) ? this.#broken(one) : one,
    )
    const text = this.jsonEnabled()
      ? visibleJson(said)
      : shown.map((one) => this.#marked(line(one))).join('\n')
    if (text !== '') this.outside.stdout.write(`${text}\n`)
    this.outside.setExit(document.exit)
  }

  #refuse({document, lines}: Told): void {
    if (this.jsonEnabled()) this.outside.stdout.write(`${visibleJson(document)}\n`)
    else for (const line of lines) this.#write(line)
    this.outside.setExit(document.exit)
  }
}
