/**
 * An HSM, or anything that speaks PKCS#11, through its maker's module.
 *
 * The module runs in a process of its own (`host.ts`); here is only the line to it. A version is known by its CKA_ID. States
 * are kept as usage attributes, which the token enforces and anybody with the PIN can set again.
 */
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import type {Offered} from '../offered.ts'
import type {BeforeSecret, Identity, Provider} from '../ports.ts'
import {Line, patience} from './line.ts'
import {asksNobody, demandNotLocked, hasPad, isLastTry, pinLine, pinTries} from './pin.ts'
import {noSuchToken} from './shown.ts'
import type {SoftToken} from './soft-token.ts'
import type {Place} from './token.ts'

export {softHsmModule} from './soft-token.ts'
export type {Place} from './token.ts'

/**
 * @param pin - stays the caller's to wipe; null where the token asks for it on a pad of its own.
 * @throws KeyriteError `PROVIDER_UNREACHABLE` if module or token are not there, `CREDENTIALS_REFUSED`, `AMBIGUOUS`, `UNSUPPORTED` without the driver.
 */
export async function openHsm(place: Place, pin: Secret | null, within = patience): Promise<Provider> {
  // A host that died is started again, and logs in again.
  const line = new Line(place, pin?.use((bytes) => new Secret(Uint8Array.from(bytes))) ?? null, within)
  const provider: Provider = {
    kind: 'pkcs11',
    store: port(line, 'store', ['create', 'describe', 'find'], {list: () => listed(line)}),
    use: port(
      line,
      'use',
      ['sign', 'verify', 'encrypt', 'decrypt', 'wrap', 'unwrap', 'mac', 'publicKey'],
      {},
    ),
    life: port(line, 'life', ['setAvailability', 'rotate', 'scheduleDestruction', 'cancelDestruction'], {}),
    move: port(line, 'move', ['import', 'export', 'backup', 'restore'], {}),
    evidence: port(line, 'evidence', ['check', 'capabilities', 'protection', 'generation', 'device'], {
      identity: () => whoAnswers(line, place),
    }),
    time: () => null,
    close: () => line.close(),
  }
  try {
    await line.ask('evidence', 'identity', [])
    return provider
  } catch (error) {
    await provider.close()
    throw error
  }
}

/**
 * What the token says of its PIN before one is given: each wrong one counts, and many lock for good. `here`: it is given here, and not
 * on a keypad of the token's own, or not at all.
 * @param place - a null serial number is none that was said: then the refusal names those that are there.
 * @throws KeyriteError `CREDENTIALS_REFUSED` if the PIN is locked: none would be taken; `USAGE`, `PROVIDER_UNREACHABLE` where it is none of the tokens that are there.
 */
export async function lookAtPin(
  place: Omit<Place, 'serial'> & {readonly serial: string | null},
  within = patience,
): Promise<BeforeSecret> {
  const line = new Line({...place, serial: place.serial ?? ''}, null, within)
  const shown = await line.look()
  const fitting = shown.filter(
    ({identity, label}) =>
      identity['serial'] === place.serial && (place.label === null || label === place.label),
  )
  const [token] = fitting
  if (token === undefined)
    throw noSuchToken(
      place.serial,
      shown.map(({identity, label}) => `${identity['serial']} (${label})`),
    )
  // Opening it says so.
  if (fitting.length > 1) return {lines: [], here: true}
  demandNotLocked(token)
  const said = pinTries(token)
  return {
    lines: said === null ? [] : [pinLine(said)],
    here: !hasPad(token) && !asksNobody(token),
    last: isLastTry(token),
  }
}

/** What the token can do, by what it says to anybody. @throws KeyriteError as `openHsm`. */
export function offeredBy(place: Place, within = patience): Promise<Offered> {
  return new Line(place, null, within).offered()
}

/** Makes a token of SoftHSM2, in the folder that SOFTHSM2_CONF leads to. @returns its serial number. @throws KeyriteError as `makeSoftToken`. */
export function newSoftToken(wanted: SoftToken, soPin: Secret, pin: Secret): Promise<string> {
  const {module, label} = wanted
  return new Line({module, serial: label, label: null}, null, patience).make(wanted, soPin, pin)
}

type PortName = 'store' | 'use' | 'life' | 'move' | 'evidence'

/** A port whose calls are asked over the line, by their own names. */
function port<Name extends PortName>(
  line: Line,
  name: Name,
  methods: readonly (keyof Provider[Name] & string)[],
  own: Partial<Provider[Name]>,
): Provider[Name] {
  const asked = methods.map(
    (method) => [method, (...args: unknown[]) => line.ask(name, method, args)] as const,
  )
  return Object.assign(Object.fromEntries(asked), own) as unknown as Provider[Name]
}

async function* listed(line: Line): AsyncGenerator<never> {
  yield* (await line.ask('store', 'list', [])) as readonly never[]
}

/** The token; or, where it was open and is gone, and exactly one other lies there instead: that one. @throws KeyriteError `PROVIDER_UNREACHABLE`. */
async function whoAnswers(line: Line, {label}: Place): Promise<Identity> {
  try {
    return (await line.ask('evidence', 'identity', [])) as Identity
  } catch (error) {
    if (!(error instanceof KeyriteError) || error.code !== 'PROVIDER_UNREACHABLE') throw error
    const [other, ...more] = await line.look()
    if (other === undefined || more.length > 0) throw error
    return label === null ? other.identity : {...other.identity, label: other.label}
  }
}
