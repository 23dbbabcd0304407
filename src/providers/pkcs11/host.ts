/**
 * A process of its own for one token of one module: a vendor's library that hangs or crashes takes this process with it,
 * and nothing else. `line.ts` starts it, asks one thing at a time, and ends it.
 */
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import type {PKCS11} from 'pkcs11js'
import type {Offered} from '../offered.ts'
import type {Provider} from '../ports.ts'
import {offeredBy} from './capable.ts'
import {loadDriver} from './driver.ts'
import {keyEvidence} from './evidence.ts'
import {failure, rv, rvOf, wordsOf} from './failures.ts'
import {keyLife} from './life.ts'
import {keyMove} from './move.ts'
import {mechanismsOf, shownBy, type Shown} from './shown.ts'
import {makeSoftToken, type SoftToken} from './soft-token.ts'
import {keyStore} from './store.ts'
import {outlivesParentBy} from './outlives.ts'
import {openToken, slotOf, type Place, type Token} from './token.ts'
import {keyUse} from './use.ts'
import {fromWire, toWire, type Answer, type Question, type Step} from './wire.ts'

/** C_Initialize: the module may use the system's own locks. p11-kit asks for it. */
const systemLocks = 0x2
const clock = {now: () => new Date()}

type Ports = Pick<Provider, 'store' | 'use' | 'life' | 'move' | 'evidence'>
const open: {ports?: Ports; token?: Token} = {}

async function loaded(file: string): Promise<PKCS11> {
  const Driver = await loadDriver()
  const module = new Driver()
  try {
    step('its module is loaded')
    module.load(file)
  } catch (error) {
    // Whatever the loader says of the file: that it is not there, of another machine, no library, or none of PKCS#11.
    throw new KeyriteError('PROVIDER_FAILED', `cannot load the module "${file}": ${wordsOf(error)}`, {
      hints: [`ls -l ${file}`, 'if it lies elsewhere: "module" of this profile in config.yaml of this home'],
    })
  }
  try {
    step('its module is started (C_Initialize)')
    initialize(module)
    return module
  } catch (error) {
    const known = failure(`start the module "${file}"`, error)
    if (known === error || known.code !== 'PROVIDER_FAILED') throw known
    throw new KeyriteError(known.code, known.message, {
      hints: [
        'look at its own configuration and log, as its maker’s manual has them: it says no more than that (SoftHSM2: the file that SOFTHSM2_CONF names)',
      ],
    })
  }
}

/** One process, one thread: locks are asked for where they are to be had, and not needed. */
function initialize(module: PKCS11): void {
  try {
    module.C_Initialize({flags: systemLocks})
  } catch (error) {
    const value = rvOf(error)
    if (value === rv.cryptokiAlreadyInitialized) return
    if (value !== rv.cantLock && value !== rv.arguments) throw error
    startPlain(module)
  }
}

/** Without a word of ours. A module that needs more than that says only that its arguments are bad. */
function startPlain(module: PKCS11): void {
  try {
    module.C_Initialize()
  } catch (error) {
    if (rvOf(error) !== rv.arguments) throw error
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot start the module: it wants settings of its own when it is started, and keyrite gives none, ${wordsOf(error)}`,
      {hints: ['look in its manual whether it takes them from a file or the environment']},
    )
  }
}

async function look(file: string): Promise<readonly Shown[]> {
  const module = await loaded(file)
  step('its tokens are listed')
  return shownBy(module)
}

async function offered(place: Place): Promise<Offered> {
  const module = await loaded(place.module)
  step('its token is asked what it can do')
  const slot = slotOf(module, place)
  return offeredBy(mechanismsOf(module, slot))
}

async function made(wanted: SoftToken, soPin: Secret, pin: Secret): Promise<string> {
  const module = await loaded(wanted.module)
  step('a token is made')
  return makeSoftToken(module, wanted, soPin, pin)
}

async function start(place: Place, pin: Secret | null): Promise<void> {
  const module = await loaded(place.module)
  step('its tokens are listed and opened')
  const token =
    pin === null
      ? openToken(module, place, null, step)
      : pin.consume((bytes) => openToken(module, place, bytes, step))
  open.token = token
  open.ports = {
    store: keyStore(token, clock),
    use: keyUse(token),
    life: keyLife(token, clock),
    move: keyMove(token, clock),
    evidence: keyEvidence(token),
  }
}

async function answerTo({port, method, args}: Question): Promise<unknown> {
  if (port === 'look') return look(String(args[0]))
  if (port === 'offered') return offered(args[0] as Place)
  if (port === 'make') return made(args[0] as SoftToken, args[1] as Secret, args[2] as Secret)
  if (port === 'open') return start(args[0] as Place, args[1] as Secret | null)
  const ports = open.ports
  if (ports === undefined) throw new TypeError('nothing is open')
  const call = (ports[port] as unknown as Readonly<Record<string, (...all: unknown[]) => unknown>>)[method]
  if (call === undefined) throw new TypeError(`no such call: ${port}.${method}`)
  const answer = await call(...args)
  if (method !== 'list') return answer
  const all: unknown[] = []
  for await (const one of answer as AsyncIterable<unknown>) all.push(one)
  return all
}

/** What it is about to do, for whoever waits for it in vain. */
function step(now: string): void {
  process.send?.({step: now} satisfies Step)
}

outlivesParentBy(Number(process.argv[2]))

process.on('message', (question: Question) => {
  void answer(question)
})
process.on('disconnect', () => {
  open.token?.close()
  process.exit(0)
})
// Whoever presses Ctrl-C speaks to keyrite, which decides what becomes of this process.
process.on('SIGINT', () => undefined)

async function answer(question: Question): Promise<void> {
  const reply = (answer: Answer): void => {
    process.send?.(answer)
  }
  try {
    const args = question.args.map(fromWire)
    reply({id: question.id, value: toWire(await answerTo({...question, args}))})
  } catch (thrown) {
    const error = known(thrown)
    if (error instanceof KeyriteError) {
      const {code, message, hints, changed} = error
      reply({id: question.id, error: {code, message, hints: [...hints], changed}})
    } else
      reply({id: question.id, bug: error instanceof Error ? (error.stack ?? error.message) : String(error)})
  }
}

/** What a call let through of the module's own failures, as an operator should see it. */
function known(error: unknown): unknown {
  try {
    return failure('use the token', error)
  } catch {
    return error // a bug
  }
}
