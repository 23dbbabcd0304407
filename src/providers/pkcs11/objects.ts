/** Finding versions among the objects of a token, and reading what they are. */
import type {Handle} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {isPair, schemesOf, purposesOf, type Algorithm} from '../algorithms.ts'
import type {Availability, Description, KeySpec, VersionRef} from '../ports.ts'
import {cka, ckk, cko} from './constants.ts'
import {idOf, intentOf, refOf} from './ids.ts'
import {parseLabel} from './label.ts'
import {isCurve, mlDsaSets} from './methods.ts'
import type {Token} from './token.ts'

/** A version as it lies on the token. `half` is the public object of a pair. */
export interface Version {
  readonly ref: VersionRef
  readonly object: Handle
  readonly half: Handle | null
  readonly spec: KeySpec
  readonly number: number
  readonly availability: Availability
  /** Null where the object does not say it. */
  readonly createdAt: Date | null
  /** CKA_END_DATE of either object: the last day of its use, which no token keeps by itself. */
  readonly lastDay: Date | null
}

/** What a version is used by: forward (sign, encrypt …) and backward (verify, decrypt …), each an attribute of one of its objects. */
export interface Uses {
  readonly forward: {readonly of: 'object' | 'half'; readonly type: number}
  readonly backward: {readonly of: 'object' | 'half'; readonly type: number}
}

export function usesOf({algorithm, purpose}: Pick<KeySpec, 'algorithm' | 'purpose'>): Uses {
  const pair = isPair(algorithm)
  if (purpose === 'sign' || purpose === 'mac')
    return {
      forward: {of: 'object', type: cka.sign},
      backward: {of: pair ? 'half' : 'object', type: cka.verify},
    }
  const wraps = purpose === 'wrap'
  return {
    forward: {of: pair ? 'half' : 'object', type: wraps ? cka.wrap : cka.encrypt},
    backward: {of: 'object', type: wraps ? cka.unwrap : cka.decrypt},
  }
}

/** Those versions whose id fits: of the others nothing is read but the id, as a token may hold thousands. */
export function* versionsWhere(token: Token, fits: (ref: VersionRef) => boolean): Generator<Version> {
  for (const object of carriers(token)) {
    const id = token.attribute(object, cka.id) ?? Buffer.alloc(0)
    const ref = refOf(id)
    if (ref === undefined || !fits(ref)) continue
    const version = read(token, object, piecesOf(token, id).halves[0] ?? null, ref)
    if (version !== undefined) yield version
  }
}

/** The first version of a key of this name; of the others nothing is read but the label. */
export function versionCalled(token: Token, name: string): Version | undefined {
  for (const object of carriers(token)) {
    const text = token.attribute(object, cka.label)?.toString('utf8') ?? ''
    if ((parseLabel(text)?.label ?? text) !== name) continue
    const id = token.attribute(object, cka.id) ?? Buffer.alloc(0)
    const ref = refOf(id)
    const version =
      ref === undefined ? undefined : read(token, object, piecesOf(token, id).halves[0] ?? null, ref)
    if (version !== undefined) return version
  }
  return undefined
}

/** Every version: its private or secret object. What has no id is left out. */
export function* versions(token: Token): Generator<Version> {
  const halves = new Map(
    token
      .search([
        {type: cka.class, value: cko.publicKey},
        {type: cka.token, value: true},
      ])
      .map((half) => [token.attribute(half, cka.id)?.toString('hex') ?? '', half] as const),
  )
  for (const object of carriers(token)) {
    const ref = refOf(token.attribute(object, cka.id) ?? Buffer.alloc(0))
    if (ref === undefined) continue
    const version = read(token, object, halves.get(ref.version) ?? null, ref)
    if (version !== undefined) yield version
  }
}

/** @returns undefined if there is no such version, or only a half of it. @throws KeyriteError `AMBIGUOUS` if its id was given twice. */
export function versionOf(token: Token, ref: VersionRef): Version | undefined {
  const id = idOf(ref)
  if (id === undefined) return undefined
  const {whole, halves} = piecesOf(token, id)
  const [object] = whole
  if (object === undefined) return undefined
  if (whole.length > 1 || halves.length > 1)
    throw new KeyriteError(
      'AMBIGUOUS',
      `cannot tell which object is meant: the token has ${Math.max(whole.length, halves.length)} with CKA_ID ${ref.version}`,
      {
        hints: [
          `pkcs11-tool --list-objects --id ${ref.version}, and remove the one that keyrite did not make`,
        ],
      },
    )
  return read(token, object, halves[0] ?? null, ref)
}

/** @throws KeyriteError `KEY_NOT_FOUND`. */
export function existing(token: Token, ref: VersionRef): Version {
  const found = versionOf(token, ref)
  if (found === undefined)
    throw new KeyriteError(
      'KEY_NOT_FOUND',
      `cannot find version ${ref.version}: the token has no such object`,
      {
        hints: ['keyrite key list'],
      },
    )
  return found
}

/** Whether something whole has an id that fits and is not told as a key that keyrite knows. Half a pair is not whole. */
export function hidden(token: Token, fits: (ref: VersionRef) => boolean): VersionRef | undefined {
  for (const object of carriers(token)) {
    const id = token.attribute(object, cka.id) ?? Buffer.alloc(0)
    const ref = refOf(id)
    if (ref === undefined || !fits(ref)) continue
    const {halves} = piecesOf(token, id)
    if (ulong(token.attribute(object, cka.class)) === cko.privateKey && halves.length === 0) continue
    if (read(token, object, halves[0] ?? null, ref) === undefined) return ref
  }
  return undefined
}

/** The objects that have this id: private or secret ones, and public ones. */
export function piecesOf(token: Token, id: Buffer): {readonly whole: Handle[]; readonly halves: Handle[]} {
  const all = token.search([
    {type: cka.id, value: id},
    {type: cka.token, value: true},
  ])
  const classes = all.map((one) => [one, ulong(token.attribute(one, cka.class))] as const)
  return {
    whole: classes.flatMap(([one, kind]) => (kind === cko.privateKey || kind === cko.secretKey ? [one] : [])),
    halves: classes.flatMap(([one, kind]) => (kind === cko.publicKey ? [one] : [])),
  }
}

function carriers(token: Token): Handle[] {
  return [cko.privateKey, cko.secretKey].flatMap((value) =>
    token.search([
      {type: cka.class, value},
      {type: cka.token, value: true},
    ]),
  )
}

/** @returns undefined for half a pair, and for what keyrite knows no algorithm of. */
function read(token: Token, object: Handle, half: Handle | null, ref: VersionRef): Version | undefined {
  const algorithm = algorithmOf(token, object, half)
  if (algorithm === undefined || (isPair(algorithm) && half === null)) return undefined
  const text = token.attribute(object, cka.label)?.toString('utf8') ?? ''
  // Whoever has the PIN can name it anew: then it is said to be called so, and what only the label knew is a guess.
  const said = parseLabel(text)
  const may = ({of, type}: Uses['forward']): boolean =>
    token.is(of === 'half' ? (half ?? object) : object, type)
  const {scheme, purpose} = said ?? guessed(algorithm, may)
  const uses = usesOf({algorithm, purpose})
  return {
    ref,
    object,
    half,
    spec: {label: said?.label ?? text, algorithm, scheme, purpose},
    number: said?.number ?? 0,
    availability: may(uses.forward) ? 'enabled' : may(uses.backward) ? 'historic' : 'disabled',
    createdAt: said?.createdAt ?? null,
    lastDay:
      dateOf(token.attribute(object, cka.endDate)) ??
      dateOf(half === null ? undefined : token.attribute(half, cka.endDate)) ??
      null,
  }
}

/** What an object that others named is for: the first that the attributes of its own allow, as those of public halves are often all set. */
function guessed(
  algorithm: Algorithm,
  may: (use: Uses['forward']) => boolean,
): Pick<KeySpec, 'scheme' | 'purpose'> {
  const all = schemesOf[algorithm].flatMap((scheme) =>
    purposesOf(scheme).map((purpose) => ({scheme, purpose})),
  )
  const has = (of: Uses['forward']['of']) =>
    all.find(({purpose}) => {
      const {forward, backward} = usesOf({algorithm, purpose})
      return [forward, backward].some((use) => use.of === of && may(use))
    })
  return has('object') ?? has('half') ?? {scheme: schemesOf[algorithm][0], purpose: all[0]?.purpose ?? 'sign'}
}

export function descriptionOf({ref, spec, availability, createdAt}: Version): Description {
  return {ref, spec, intent: intentOf(ref), availability, createdAt, destroyAt: null}
}

function algorithmOf(token: Token, object: Handle, half: Handle | null): Algorithm | undefined {
  const pair = half ?? object
  switch (ulong(token.attribute(object, cka.keyType))) {
    case ckk.aes:
      // Some do not say how long what they unwrapped is; keyrite makes and brings no other length.
      return [32, 0, undefined].includes(ulong(token.attribute(object, cka.valueLen))) ? 'aes-256' : undefined
    case ckk.generic:
    case ckk.sha256Hmac:
      return 'hmac-sha256'
    case ckk.rsa: {
      const bits = unpadded(token.attribute(pair, cka.modulus) ?? Buffer.alloc(0)).length * 8
      return bits === 2048 || bits === 3072 || bits === 4096 ? `rsa-${bits}` : undefined
    }
    case ckk.ec: {
      const params = token.attribute(pair, cka.ecParams)
      return (['ec-p256', 'ec-p384', 'ec-p521'] as const).find((one) => isCurve(one, params))
    }
    case ckk.edwards:
      return isCurve('ed25519', token.attribute(pair, cka.ecParams)) ? 'ed25519' : undefined
    case ckk.mlDsa: {
      const set = ulong(token.attribute(pair, cka.parameterSet))
      return (['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const).find((one) => mlDsaSets[one] === set)
    }
    case undefined:
    default:
      return undefined
  }
}

/** A number without the zeros before it, that some give to show that it is positive. */
export function unpadded(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  return first <= 0 ? bytes : bytes.subarray(first)
}

/** A CK_ULONG as the machine has it; undefined for a missing one. */
export function ulong(value: Buffer | undefined): number | undefined {
  if (value === undefined || (value.length !== 8 && value.length !== 4)) return undefined
  return value.length === 8 ? Number(value.readBigUInt64LE()) : value.readUInt32LE()
}

/** A CK_DATE, `YYYYMMDD`; undefined for none. */
export function dateOf(value: Buffer | undefined): Date | undefined {
  const [, year = '', month = '', day = ''] =
    /^(\d{4})(\d\d)(\d\d)$/.exec(value?.toString('latin1') ?? '') ?? []
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}
