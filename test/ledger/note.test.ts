import {createPublicKey} from 'node:crypto'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {
  checkpointText,
  openCheckpoint,
  parseCheckpoint,
  parseVkey,
  publicKeyObject,
  rawPublicKey,
  signCheckpoint,
  vkeyText,
} from '../../src/ledger/note.ts'
import {parseProof, proofText} from '../../src/ledger/proof.ts'
import {newWriter} from '../../src/ledger/writer.ts'
import {sha256} from '../../src/base/bytes.ts'
import {testWith} from '../support/needs.ts'
import {flipped, slow} from './support.ts'

const name = 'example.com/ledger/0123456789abcdef0123456789abcdef'
const writer = newWriter(name)
const checkpoint = {origin: name, size: 42, root: sha256('root')}
const note = signCheckpoint(checkpoint, writer.key, writer.privateKey)
const published = join(import.meta.dirname, '../../../shared/vectors/tessera-log')
/** The verifier key that the log in these vectors was published with. */
const publishedKey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'

describe('a verifier key', () => {
  test('reads back from its text', () => {
    const text = vkeyText(writer.key)
    expect(parseVkey(text)).toEqual({name, publicKey: writer.key.publicKey})
    expect(rawPublicKey(publicKeyObject(writer.key.publicKey))).toEqual(Buffer.from(writer.key.publicKey))
    expect(createPublicKey(writer.privateKey).asymmetricKeyType).toBe('ed25519')
  })

  test('with any character changed is refused', () => {
    const text = Buffer.from(vkeyText(writer.key))
    for (let at = 0; at < text.length; at += 1)
      expect(() => parseVkey(flipped(text, at).toString('latin1'))).toThrow(TypeError)
  })

  test.each([
    ['nothing', ''],
    ['no hash', 'example.com/log+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'],
    ['a key of another algorithm', `${name}+00000000+${Buffer.alloc(33, 2).toString('base64')}`],
    ['a key that is too short', `${name}+00000000+${Buffer.alloc(32, 1).toString('base64')}`],
    ['base64 in another spelling', vkeyText(writer.key).replace(/=*$/, '====')],
    ['white space in the name', vkeyText(writer.key).replace('ledger', 'led ger')],
  ])('is refused: %s', (_name, text) => {
    expect(() => parseVkey(text)).toThrow(TypeError)
  })
})

describe('a checkpoint', () => {
  test('is the text that C2SP says, and opens under its key', () => {
    expect(note.startsWith(`${name}\n42\n${sha256('root').toString('base64')}\n\n— ${name} `)).toBe(true)
    expect(note.startsWith(checkpointText(checkpoint))).toBe(true)
    expect(openCheckpoint(note, writer.key)).toEqual(checkpoint)
    expect(parseCheckpoint(note)).toEqual(checkpoint)
  })

  test('with any byte changed, added or left out is refused', () => {
    const bytes = Buffer.from(note)
    for (let at = 0; at < bytes.length; at += 1) {
      const rest = [
        flipped(bytes, at),
        Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
        Buffer.concat([bytes.subarray(0, at), Buffer.from('A'), bytes.subarray(at)]),
      ]
      for (const one of rest)
        if (!one.equals(bytes))
          expect(() => openCheckpoint(one.toString('utf8'), writer.key)).toThrow(TypeError)
    }
  })

  test.each([
    ['another key of the same name', newWriter(name).key, 'signed by another key'],
    ['a key of another ledger', newWriter(`${name.slice(0, -1)}0`).key, 'of another ledger'],
  ])('does not open under %s', (_name, key, words) => {
    expect(() => openCheckpoint(note, key)).toThrow(words)
  })

  test('that was signed for one size does not open as one for another', () => {
    const other = signCheckpoint({...checkpoint, size: 43}, writer.key, writer.privateKey)
    const mixed = [...other.split('\n').slice(0, 4), ...note.split('\n').slice(4)].join('\n')
    expect(() => openCheckpoint(mixed, writer.key)).toThrow('signature is bad')
  })

  test.each([
    ['nothing', ''],
    ['a size with a leading zero', note.replace('\n42\n', '\n042\n')],
    ['a size that is negative', note.replace('\n42\n', '\n-42\n')],
    ['a size beyond what is counted', note.replace('\n42\n', '\n1000000000000000\n')],
    ['a line more', note.replace('\n\n', '\nmore\n\n')],
    ['a second signature', `${note}— other AAAA\n`],
    ['a signature line of another name', note.replace('— example', '— example2')],
    ['a root of 31 bytes', note.replace(/\n[^\n]{44}\n/, `\n${Buffer.alloc(31).toString('base64')}\n`)],
    ['a signature that is too short', note.replace(/ [^ ]+\n$/, ` ${Buffer.alloc(67).toString('base64')}\n`)],
    ['lines that end in CR LF', note.replaceAll('\n', '\r\n')],
  ])('is no checkpoint: %s', (_name, text) => {
    expect(() => parseCheckpoint(text)).toThrow(TypeError)
  })

  test('of any name, size and root reads back, and its root is 32 bytes', () => {
    fc.assert(
      fc.property(fc.nat({max: 999_999_999}), fc.uint8Array({minLength: 32, maxLength: 32}), (size, root) => {
        const one = {origin: name, size, root: Buffer.from(root)}
        expect(openCheckpoint(signCheckpoint(one, writer.key, writer.privateKey), writer.key)).toEqual(one)
      }),
      {numRuns: slow ? 500 : 30},
    )
  })

  testWith('vectors', 'of a published log verifies under that log’s key, at every size', () => {
    const files = readdirSync(published).filter((file) => /^checkpoint\.\d+$/.test(file))
    expect(files.length).toBe(16)
    const key = parseVkey(publishedKey)
    for (const file of files) {
      const text = readFileSync(join(published, file), 'utf8')
      expect(openCheckpoint(text, key).size).toBe(Number(file.split('.')[1]))
      expect(() => openCheckpoint(text, {...key, publicKey: writer.key.publicKey})).toThrow(TypeError)
    }
  })
})

describe('a proof', () => {
  const proof = {index: 3, hashes: [sha256('a'), sha256('b')], checkpoint: note}
  const text = proofText(proof)

  test('is the text that C2SP says, and reads back', () => {
    expect(text).toBe(
      [
        'c2sp.org/tlog-proof@v1',
        'index 3',
        sha256('a').toString('base64'),
        sha256('b').toString('base64'),
        '',
        note,
      ].join('\n'),
    )
    expect(parseProof(text)).toEqual(proof)
    expect(parseProof(proofText({...proof, hashes: []}))).toEqual({...proof, hashes: []})
  })

  test.each([
    ['nothing', ''],
    ['another header', text.replace('@v1', '@v2')],
    ['no index', text.replace('index 3\n', '')],
    ['an index with a leading zero', text.replace('index 3', 'index 03')],
    ['a hash of another length', text.replace(sha256('a').toString('base64'), 'AAAA')],
    [
      'a hash in another spelling',
      text.replace(sha256('a').toString('base64'), sha256('a').toString('base64url')),
    ],
    ['no checkpoint behind a blank line', text.replace('\n\n', '\n')],
    ['extra data, which we never write', text.replace('index 3', 'extra AAAA\nindex 3')],
  ])('is refused: %s', (_name, wrong) => {
    expect(() => parseProof(wrong)).toThrow(TypeError)
  })
})
