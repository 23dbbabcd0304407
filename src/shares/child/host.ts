/**
 * The process that holds a secret: it splits or combines, hands out what it is asked for, and ends with its parent's pipe.
 * Strings cannot be wiped, and the library works on strings; so they die with this process.
 */
import {constants, generateKeyPairSync, privateDecrypt, randomBytes, type KeyObject} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {kwpUnwrap} from '../../base/kwp.ts'
import type {Share, Wrapped} from '../format.ts'
import type {Head} from '../head.ts'
import {combine, split, type SetFacts, type Split} from '../split.ts'
import {parseShareText, shareRowLines, shareText} from '../text.ts'
import {pluginOf} from '../../custody/recipient.ts'
import {lockWith, openWith, openWithPlugins, sealTo} from './seal.ts'
import {sealByPlugin, type StockAge} from './stock-age.ts'
import {messages, send, type Message} from './wire.ts'

const held: {split?: Split; wrapped?: Wrapped; transport?: KeyObject} = {}
const transportBits = 3072
/** The descriptor on which a plugin of `age` speaks to people. */
const told = 3

/** What is asked of it, by name: the parts of the answer, and facts that are no secret. */
const answers: Readonly<Record<string, (message: Message) => Message | Promise<Message>>> = {
  split({line, parts: [secret = Buffer.alloc(0)]}) {
    return splitIt(secret, line)
  },

  /** A pair for one key to come here under: the private half never leaves this process. */
  transport() {
    const pair = generateKeyPairSync('rsa', {modulusLength: transportBits})
    held.transport = pair.privateKey
    return {line: {}, parts: [pair.publicKey.export({format: 'der', type: 'spki'})]}
  },

  /** The key that left its provider under that pair: RSA-OAEP of an AES key, and the material wrapped by it. */
  'split-key'({line, parts: [wrapped = Buffer.alloc(0)]}) {
    if (held.transport === undefined) throw new TypeError('there is no transport key')
    const oaep = {key: held.transport, oaepHash: 'sha256', padding: constants.RSA_PKCS1_OAEP_PADDING}
    const key = privateDecrypt(oaep, wrapped.subarray(0, transportBits / 8))
    const secret = kwpUnwrap(key, wrapped.subarray(transportBits / 8))
    key.fill(0)
    return splitIt(secret, line)
  },

  async seal({line}) {
    const text = textFor(line)
    try {
      const recipient = String(line['recipient'])
      const plugin = pluginOf(recipient)
      const stock = line['stock'] as StockAge | null
      if (plugin !== null && stock === null) throw new TypeError('there is no program for a plugin')
      const sealed =
        plugin === null || stock === null
          ? sealTo(text, recipient)
          : sealByPlugin(text, recipient, plugin, stock, told)
      return {line: {}, parts: [await sealed]}
    } finally {
      text.fill(0)
    }
  },

  async lock({line, parts: [passphrase = Buffer.alloc(0)]}) {
    const text = textFor(line)
    try {
      return {line: {}, parts: [await lockWith(text, passphrase)]}
    } finally {
      text.fill(0)
      passphrase.fill(0)
    }
  },

  rows({line}) {
    const {share, wrapped} = theOne(line)
    return {line: {}, parts: shareRowLines(share, wrapped.bytes.length)}
  },

  async card({line}) {
    const {cardPdf} = await import('./card.ts')
    const {share, wrapped} = theOne(line)
    return {line: {}, parts: [Buffer.from(cardPdf(share, wrapped, line['head'] as Head))]}
  },

  /** What a holder's file holds. */
  async open({line, parts: [file = Buffer.alloc(0), ...keys]}) {
    try {
      const stock = line['stock'] as StockAge | null
      const opened =
        stock === null
          ? openWith(file, keys, line['passphrase'] === true)
          : openWithPlugins(file, keys, line['plugged'] as readonly string[], stock, told)
      return {line: {}, parts: [await opened]}
    } finally {
      for (const key of keys) key.fill(0)
    }
  },

  combine({line, parts: [set, kcv, wrapped, ...rest]}) {
    if (set === undefined || kcv === undefined || wrapped === undefined)
      throw new TypeError('parts are missing')
    const holders = Number(line['holders'])
    const facts: SetFacts = {
      set,
      kcv,
      threshold: Number(line['threshold']),
      holders,
      commitments: rest.slice(0, holders),
    }
    // As texts, and read here again: what enters the library has been parsed in this process.
    const shares = rest.slice(holders).map((text) => parseShareText(text).share)
    return {line: {}, parts: [combine(shares, facts, wrapped)]}
  },
}

function splitIt(secret: Buffer, line: Message['line']): Message {
  const sharing = {threshold: Number(line['threshold']), holders: Number(line['holders'])}
  try {
    const made = split(secret, sharing, (count) => randomBytes(count))
    held.split = made
    held.wrapped = {set: made.set, kcv: made.kcv, bytes: made.wrapped}
    return {line: {}, parts: [made.set, made.kcv, made.wrapped, ...made.commitments]}
  } finally {
    secret.fill(0)
  }
}

function theOne(line: Message['line']): {readonly share: Share; readonly wrapped: Wrapped} {
  const share = held.split?.shares[Number(line['index']) - 1]
  if (share === undefined || held.wrapped === undefined) throw new TypeError('there is no such share')
  return {share, wrapped: held.wrapped}
}

function textFor(line: Message['line']): Buffer {
  const {share, wrapped} = theOne(line)
  return shareText(share, wrapped, line['head'] as Head)
}

async function answer(message: Message): Promise<void> {
  try {
    const ask = answers[String(message.line['ask'])]
    if (ask === undefined) throw new TypeError('that is not asked')
    await send(
      process.stdout,
      await ask(message),
      ['combine', 'open', 'rows'].includes(String(message.line['ask'])),
    )
  } catch (error) {
    const line =
      error instanceof KeyriteError
        ? {refused: {code: error.code, message: error.message, hints: [...error.hints]}}
        : {bug: error instanceof Error ? error.message : 'unknown'}
    await send(process.stdout, {line, parts: []})
  }
}

// Whoever presses Ctrl-C speaks to keyrite, which decides what becomes of this process.
process.on('SIGINT', () => undefined)
for await (const message of messages(process.stdin)) await answer(message)
