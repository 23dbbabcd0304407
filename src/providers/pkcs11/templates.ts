/** What a new object is told to be. Every usage is said, to false too: what is not said is true on one token and false on another. */
import type {Attribute} from 'pkcs11js'
import type {KeySpec} from '../ports.ts'
import {cka, ckk, cko} from './constants.ts'
import {curves, methodOf, mlDsaSets} from './methods.ts'
import {usesOf} from './objects.ts'

const usages = [
  ...[cka.encrypt, cka.decrypt, cka.wrap, cka.unwrap, cka.sign, cka.verify, cka.derive],
] as const
const usagesOfPublic: readonly number[] = [cka.encrypt, cka.wrap, cka.verify, cka.derive]
const usagesOfPrivate: readonly number[] = [cka.decrypt, cka.unwrap, cka.sign, cka.derive]

export interface Naming {
  readonly id: Buffer
  readonly label: string
}

/** A private or secret object that never leaves the token. @param own - attributes that only its making has. */
export function keptTemplate(
  spec: KeySpec,
  {id, label}: Naming,
  pair: boolean,
  own: readonly Attribute[],
): Attribute[] {
  return [
    ...(pair ? [{type: cka.class, value: cko.privateKey}] : [{type: cka.class, value: cko.secretKey}]),
    {type: cka.keyType, value: methodOf(spec.algorithm).keyType},
    {type: cka.token, value: true},
    {type: cka.private, value: true},
    {type: cka.sensitive, value: true},
    {type: cka.extractable, value: false},
    {type: cka.modifiable, value: true},
    {type: cka.id, value: id},
    {type: cka.label, value: label},
    ...usageOf(spec, 'object', pair ? usagesOfPrivate : usages),
    ...own,
  ]
}

/** The public object of a pair. */
export function shownTemplate(spec: KeySpec, {id, label}: Naming, own: readonly Attribute[]): Attribute[] {
  return [
    {type: cka.class, value: cko.publicKey},
    {type: cka.keyType, value: methodOf(spec.algorithm).keyType},
    {type: cka.token, value: true},
    {type: cka.private, value: false},
    {type: cka.modifiable, value: true},
    {type: cka.id, value: id},
    {type: cka.label, value: label},
    ...usageOf(spec, 'half', usagesOfPublic),
    ...own,
  ]
}

/** Which key it is that a pair is made of: size, curve, parameter set. */
export function pairParameters({algorithm}: KeySpec): Attribute[] {
  const {bits, keyType} = methodOf(algorithm)
  if (keyType === ckk.rsa)
    return [
      {type: cka.modulusBits, value: bits ?? 0},
      {type: cka.publicExponent, value: Buffer.from([1, 0, 1])},
    ]
  if (keyType === ckk.mlDsa)
    return [{type: cka.parameterSet, value: mlDsaSets[algorithm as keyof typeof mlDsaSets]}]
  return [{type: cka.ecParams, value: Buffer.from(curves[algorithm as keyof typeof curves], 'hex')}]
}

function usageOf(spec: KeySpec, side: 'object' | 'half', all: readonly number[]): Attribute[] {
  const {forward, backward} = usesOf(spec)
  const wanted = [forward, backward].filter(({of}) => of === side).map(({type}) => type)
  return all.map((type) => ({type, value: wanted.includes(type)}))
}
