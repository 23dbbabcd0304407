/** What a key is to be, as it is typed: whether it is made or brought. */
import {Flags, type Interfaces} from '@oclif/core'
import {classifications, type KeyWish} from '../keys/index.ts'
import {classes} from '../policy/index.ts'
import {algorithms, purposes, schemes} from '../providers/algorithms.ts'
import {dateFlag} from './key-flags.ts'

export const wishFlags = {
  profile: Flags.string({summary: 'where it will live', helpValue: 'NAME', required: true}),
  algorithm: Flags.option({summary: 'what it is made of', options: algorithms, required: true})(),
  scheme: Flags.option({summary: 'how it is used; a default for each class', options: schemes})(),
  purpose: Flags.option({summary: 'the one thing it is for', options: purposes, required: true})(),
  class: Flags.option({
    summary: 'its class, which decides who must approve',
    options: classes,
    required: true,
  })(),
  classification: Flags.option({
    summary: 'what it protects',
    options: classifications,
    default: 'confidential' as const,
  })(),
  owner: Flags.string({
    summary: 'who answers for it: a person of the roster, or a name',
    helpValue: 'O',
    required: true,
  }),
  consumer: Flags.string({
    summary: 'who uses it, and how to reach them',
    helpValue: 'NAME[=CONTACT]',
    multiple: true,
    default: [],
  }),
  parent: Flags.string({summary: 'the key above it', helpValue: 'KEY'}),
  expires: dateFlag('the day from which it is not to be used'),
  'not-before': dateFlag('the day before which it is not to be used: where its service keeps that (azure)'),
  activate: Flags.boolean({summary: 'approve its activation in the same plan; it is proved first'}),
}

export function wishOf(name: string, flags: Interfaces.InferredFlags<typeof wishFlags>): KeyWish {
  const {scheme, consumer, parent, expires, 'not-before': notBefore, ...said} = flags
  return {
    name,
    profile: said.profile,
    algorithm: said.algorithm,
    scheme: scheme ?? null,
    purpose: said.purpose,
    class: said.class,
    classification: said.classification,
    owner: said.owner,
    consumers: consumer,
    parent: parent ?? null,
    expires: expires ?? null,
    notBefore: notBefore ?? null,
    activate: said.activate,
  }
}
