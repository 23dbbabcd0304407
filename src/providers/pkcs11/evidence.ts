import type {ModuleInfo, PKCS11} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import type {Algorithm} from '../algorithms.ts'
import type {CheckLine, KeyEvidence, Protection} from '../ports.ts'
import {capabilitiesOf, wrapMechanism} from './capable.ts'
import {cka, ckf} from './constants.ts'
import {failure, goneAway, rvOf} from './failures.ts'
import {destructionDays, enforced} from './life.ts'
import {methodOf} from './methods.ts'
import {existing, piecesOf, versions, type Version} from './objects.ts'
import {pinFinding, pinLine, pinTries} from './pin.ts'
import {identityOf, trimmed} from './shown.ts'
import type {Token} from './token.ts'

/** Modules that are software, whatever they say of themselves. */
const software = /softhsm|kryoptic|\bsoft(?:ware|tok(?:en)?)?\b|\bsw +tpm\b|nss|utimaco.*simulator|simulator/i

export function keyEvidence(token: Token): KeyEvidence {
  return {
    async identity() {
      try {
        return identityOf(token.info, token.place.label)
      } catch (error) {
        // Some have a code of their own for a token that was taken out.
        throw rvOf(error) === undefined ? error : goneAway('ask the token who it is', error)
      }
    },

    async check() {
      return [
        {
          name: 'logged in',
          ok: true,
          detail: `token ${trimmed(token.info.serialNumber)} of ${maker(token)}`,
          fix: null,
        },
        pinFinding(token.info) ?? pinLine(pinTries(token.info)),
        algorithmsLine(token),
        objectsLine(token),
      ]
    },

    async capabilities() {
      return {
        keys: capabilitiesOf(token),
        enforces: enforced,
        rotates: capabilitiesOf(token).map(({algorithm}) => algorithm),
        imports: wrapMechanism(token) !== undefined,
        exports: false,
        backs_up: false,
        destructionDays,
      }
    },

    async protection(ref) {
      return protectionOf(token, existing(token, ref))
    },

    async generation() {
      return null
    },

    async device() {
      const {info, module} = token
      const library = libraryOf(module)
      return {
        model: trimmed(info.model),
        manufacturer: trimmed(info.manufacturerID),
        serial: trimmed(info.serialNumber),
        firmware: version(info.firmwareVersion),
        ...(isSoftware(token) ? {} : {hardware: version(info.hardwareVersion)}),
        name: trimmed(info.label),
        ...(library === undefined
          ? {}
          : {
              library: `${trimmed(library.libraryDescription)} ${version(library.libraryVersion)}, PKCS#11 ${version(library.cryptokiVersion)}`,
            }),
      }
    },
  }
}

function maker({info}: Token): string {
  return `${trimmed(info.manufacturerID)} ${trimmed(info.model)}`
}

function isSoftware(token: Token): boolean {
  return software.test(`${maker(token)} ${trimmed(libraryOf(token.module)?.manufacturerID ?? '')}`)
}

const version = ({major, minor}: {readonly major: number; readonly minor: number}): string =>
  `${major}.${minor}`

/** What the module says of itself; undefined where it has no words for it. */
function libraryOf(module: PKCS11): ModuleInfo | undefined {
  try {
    return module.C_GetInfo()
  } catch (error) {
    if (rvOf(error) === undefined) throw error
    return undefined
  }
}

/** What the attributes say of a version: made here and never out, or not. That it lies in hardware only the maker says. */
function protectionOf(token: Token, {object, spec}: Version): Protection {
  const wanted: readonly (readonly [string, number, boolean])[] = [
    ['SENSITIVE', cka.sensitive, true],
    ['EXTRACTABLE', cka.extractable, false],
    ['ALWAYS_SENSITIVE', cka.alwaysSensitive, true],
    ['NEVER_EXTRACTABLE', cka.neverExtractable, true],
    ['LOCAL', cka.local, true],
  ]
  const wrong = wanted.filter(([, type, value]) => token.is(object, type) !== value).map(([name]) => name)
  const level = levelOf(token, spec.algorithm)
  const attributes =
    wrong.length === 0
      ? 'the token says: made inside, never extractable, always sensitive'
      : `the token does not say that it was made inside and never left: ${wrong.join(', ')}`
  return {
    level,
    fips: null,
    evidence: level === 'software' ? 'verified' : 'asserted',
    detail: `${maker(token)} ${saidOf[level]}; ${attributes}`,
  }
}

const saidOf = {
  software: 'is software: no hardware is involved',
  hardware: 'says that it is hardware',
  unknown: 'does not say whether it is hardware',
} as const

/** By the mechanism that makes such keys: of nothing else does a token say where it is done. */
function levelOf(token: Token, algorithm: Algorithm): keyof typeof saidOf {
  if (isSoftware(token)) return 'software'
  const made = token.mechanisms.get(methodOf(algorithm).makes)
  return ((made?.flags ?? 0) & ckf.hardware) === 0 ? 'unknown' : 'hardware'
}

function algorithmsLine(token: Token): CheckLine {
  try {
    const keys = capabilitiesOf(token)
    return keys.length === 0
      ? {name: 'algorithms', ok: false, detail: 'none that keyrite uses', fix: 'another module or token'}
      : {name: 'algorithms', ok: true, detail: keys.map(({algorithm}) => algorithm).join(', '), fix: null}
  } catch (error) {
    return {
      name: 'algorithms',
      ok: false,
      detail: failure('ask what it can do', error).message,
      fix: 'look at the token',
    }
  }
}

/** Doubled ids and halves of pairs, told apart from keys. */
function objectsLine(token: Token): CheckLine {
  const ids = [...versions(token)].map(({ref}) => ref.version)
  const once = new Set<string>()
  const doubled = ids.filter((id) => once.has(id) || !once.add(id))
  const halves = debris(token, new Set(ids))
  const [first] = [...doubled, ...halves]
  if (first === undefined)
    return {name: 'objects', ok: true, detail: `${ids.length} versions, none doubled, no debris`, fix: null}
  const detail = [
    ...(doubled.length > 0 ? [`CKA_ID given twice: ${doubled.join(', ')}`] : []),
    ...(halves.length > 0 ? [`half a pair, left by something that was cut off: ${halves.join(', ')}`] : []),
  ].join('; ')
  return {name: 'objects', ok: false, detail, fix: `pkcs11-tool --list-objects --id ${first}`}
}

function debris(token: Token, whole: ReadonlySet<string>): string[] {
  const found = new Set<string>()
  for (const object of token.search([{type: cka.token, value: true}])) {
    const id = token.attribute(object, cka.id)
    if (id === undefined || (id.length !== 16 && id.length !== 32) || whole.has(id.toString('hex'))) continue
    const {whole: kept, halves} = piecesOf(token, id)
    if (kept.length !== halves.length && kept.length + halves.length === 1) found.add(id.toString('hex'))
  }
  return [...found]
}

/** @throws KeyriteError `UNSUPPORTED`, always: what a token keeps is saved by the tool of its maker. */
export function refuseBackup(token: Token, verb: 'back up' | 'restore'): never {
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot ${verb} ${maker(token)}: PKCS#11 has no call for it; its maker’s own tool does it`,
  )
}
