/** Changing the roster by commands: who must sign, what is refused, and what the ledger says of it afterwards. */
import {describe, expect} from '@jest/globals'
import {verified} from '../ledger/support.ts'
import {makePeople, type People, type Typed} from './people-support.ts'
import {needing} from '../support/needs.ts'

const {afterEach, beforeEach, test} = needing('ssh-keygen')

let made: People
beforeEach(async () => {
  made = await makePeople()
})
afterEach(() => {
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const quorum = (): string => made.signed('bob', 'carol', 'dan')
const message = ({document}: Typed): unknown => [document['code'], document['exit'], document['message']]
const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'

describe('enrolling', () => {
  const line = 'custodian enroll frank@example.com --name Frank --key @frank.pub --role custodian --as alice'

  test('needs the roster quorum and a signature with the new key, and then they count', async () => {
    made.key('frank')
    const enrolled = await made.type(`${line} ${made.signed('frank@example.com', 'alice', 'bob', 'carol')}`)
    expect(enrolled.exit).toBe(0)
    expect(enrolled.document).toMatchObject({
      schema: 'keyrite.custodian/1',
      name: 'Frank',
      address: 'frank@example.com',
      state: 'active',
      keys: [{class: 'stated', production: false}],
    })
    const retired = await made.type(
      `custodian retire erin --as frank ${made.signed('frank', 'bob', 'carol')}`,
    )
    expect(retired.document).toMatchObject({name: 'Erin', state: 'retired'})
  })

  test('without the signature of the new key is met, says what is missing, and changes nobody', async () => {
    made.key('frank')
    const waiting = await made.type(`${line} ${quorum()}`)
    expect(waiting.exit).toBe(8)
    expect(waiting.document).toMatchObject({
      schema: 'keyrite.request/1',
      status: 'met',
      possession: null,
      missing: expect.stringMatching(/^the signature of Frank, which shows that they hold SHA256:/),
    })
    const refused = await made.type(`request apply ${String(waiting.document['id'])} --as alice`)
    expect([refused.exit, refused.document['status']]).toEqual([8, 'met'])
    expect((await made.type('custodian show frank')).exit).toBe(4)
    const done = await made.type(
      `request apply ${String(waiting.document['id'])} --as alice ${made.signed('frank@example.com')}`,
    )
    expect([done.exit, done.document['status']]).toEqual([0, 'applied'])
  })

  test('with a signature by another key than the one of the plan is refused', async () => {
    made.key('frank')
    const {document} = await made.type(`${line} ${quorum()}`)
    made.key('frank')
    const refused = await made.type(
      `request apply ${String(document['id'])} --as alice ${made.signed('frank@example.com')}`,
    )
    expect(message(refused)).toEqual([
      'BAD_SIGNATURE',
      6,
      expect.stringMatching(/^cannot sign for Frank: key SHA256:\S+ is not theirs in the roster$/),
    ])
  })

  test('asked for again is the same request', async () => {
    made.key('frank')
    const first = await made.type(`${line} ${made.signed('bob')}`)
    const second = await made.type(`${line} ${made.signed('carol')}`)
    expect(second.document['id']).toBe(first.document['id'])
    expect(second.document['approvals']).toHaveLength(2)
  })

  test.each<[string, string, readonly [string, number, RegExp]]>([
    [
      'an address that is taken',
      'enroll bob@example.com --key @frank.pub --role custodian',
      ['EXISTS', 5, /Bob is called so/],
    ],
    [
      'a key that is taken',
      'enroll g@example.com --key @bob.pub --role custodian',
      ['EXISTS', 5, /stands, or stood, under "p-/],
    ],
    ['no address', 'enroll gina --key @frank.pub --role custodian', ['USAGE', 2, /^expected an address/]],
    ['no such role', 'enroll g@example.com --key @frank.pub --role boss', ['USAGE', 2, /boss/]],
    [
      'a bad recipient',
      `enroll g@example.com --key @frank.pub --role custodian --recipient ${recipient.slice(0, -1)}9`,
      ['USAGE', 2, /good checksum/],
    ],
    ['a private key', 'enroll g@example.com --key @frank.key --role custodian', ['USAGE', 2, /private key/]],
  ])('%s is refused before anybody is asked', async (_name, wish, [code, exit, text]) => {
    made.key('frank')
    expect(message(await made.type(`custodian ${wish} --as alice`))).toEqual([
      code,
      exit,
      expect.stringMatching(text),
    ])
  })

  test('shows the plan, and stops, with --dry-run', async () => {
    made.key('frank')
    const {document, exit} = await made.type(`${line} --recipient ${recipient} --dry-run`)
    expect(exit).toBe(0)
    expect(document).toMatchObject({schema: 'keyrite.plan/1', plan: {operation: 'custodian.change'}})
  })
})

describe('a suspension', () => {
  test('by its holder takes one command, and lasts until the quorum restores them', async () => {
    const {document, exit} = await made.type(
      `custodian suspend dan --reason stolen --as dan ${made.signed('dan')}`,
    )
    expect(exit).toBe(0)
    expect(document).toMatchObject({state: 'suspended', suspension: {by: 'holder', until: null}})
    made.pass(100)
    expect((await made.type('custodian show dan')).document).toMatchObject({state: 'suspended'})
    const restored = await made.type(
      `custodian restore dan --as alice ${made.signed('alice', 'bob', 'carol')}`,
    )
    expect(restored.document).toMatchObject({state: 'active', suspension: null})
  })

  test('by a security lead lapses after 72 hours, and is not repeated by the same', async () => {
    const {document} = await made.type(`custodian suspend dan --as alice ${made.signed('alice')}`)
    expect(document).toMatchObject({
      state: 'suspended',
      suspension: {by: 'security-lead', people: [{name: 'Alice'}], until: '2026-11-05T03:00:00.000Z'},
      next: 'keyrite custodian confirm dan@example.com, or restore, before 2026-11-05T03:00:00.000Z',
    })
    made.pass(71.99)
    expect((await made.type('custodian show dan')).document).toMatchObject({state: 'suspended'})
    made.pass(0.01)
    expect((await made.type('custodian show dan')).document).toMatchObject({
      state: 'active',
      suspension: null,
    })
    const again = await made.type(`custodian suspend dan --as alice ${made.signed('alice')}`)
    expect(message(again)).toEqual([
      'POLICY_REFUSES',
      8,
      'cannot suspend Dan: an earlier suspension of theirs by the same person ended without the roster quorum confirming it',
    ])
    // Nor by letting somebody else ask for it.
    const through = await made.type(`custodian suspend dan --as bob ${made.signed('alice')}`)
    expect(message(through)).toEqual([
      'POLICY_REFUSES',
      8,
      expect.stringMatching(/^cannot suspend Dan: an earlier/),
    ])
    expect((await made.type('custodian show dan')).document).toMatchObject({state: 'active'})
    const own = await made.type(`custodian suspend dan --as dan ${made.signed('dan')}`)
    expect(own.document).toMatchObject({state: 'suspended', suspension: {by: 'holder'}})
  })

  test('confirmed by the quorum lasts; the person has no say in it', async () => {
    await made.type(`custodian suspend dan --as alice ${made.signed('alice')}`)
    const own = await made.type(`custodian confirm dan --as alice ${made.signed('dan')}`)
    expect(message(own)).toEqual(['NOT_PERMITTED', 8, expect.stringMatching(/they may not answer/)])
    const confirmed = await made.type(
      `custodian confirm dan --as alice ${made.signed('alice', 'bob', 'carol')}`,
    )
    expect(confirmed.document).toMatchObject({state: 'suspended', suspension: {until: null}})
    made.pass(200)
    expect((await made.type('custodian show dan')).document).toMatchObject({state: 'suspended'})
    expect(message(await made.type('custodian confirm dan --as alice'))).toEqual([
      'PERSON_STATE',
      5,
      'cannot confirm the suspension of Dan: their suspension lasts already',
    ])
  })

  test('cannot be used to lock everybody out, one after the other', async () => {
    const outcomes: unknown[] = []
    for (const name of ['bob', 'carol', 'dan', 'erin']) {
      const {exit, document} = await made.type(`custodian suspend ${name} --as alice ${made.signed('alice')}`)
      outcomes.push(exit === 0 ? document['state'] : message({document} as Typed))
      if (exit !== 0)
        expect(document['try']).toContain(
          `they themselves can: keyrite custodian suspend ${name}@example.com --sign-with ${name}@example.com=KEY`,
        )
    }
    const refused = (name: string): unknown => [
      'POLICY_REFUSES',
      8,
      `cannot suspend ${name}: too few people would be left to change the roster, and so to restore anybody`,
    ]
    // Three of Alice, Bob, Carol, Dan and Erin change the roster; of each plan its subject answers nothing.
    expect(outcomes).toEqual(['suspended', 'suspended', refused('Dan'), refused('Erin')])
  })

  test('stops the answers of the person on open requests, and again counts them when it ends', async () => {
    const {document} = await made.type(`custodian retire erin --as alice ${made.signed('alice', 'dan')}`)
    const id = String(document['id'])
    await made.type(`custodian suspend dan --as dan ${made.signed('dan')}`)
    const shown = await made.type(`request show ${id}`)
    expect(shown.document).toMatchObject({
      status: 'open',
      missing: '2 more people',
      approvals: [
        {person: {name: 'Alice'}, counts: true},
        {person: {name: 'Dan'}, counts: false},
      ],
    })
    const late = await made.type(`request apply ${id} --as alice ${made.signed('bob')}`)
    expect([late.exit, late.document['missing']]).toEqual([8, '1 more person'])
    const own = await made.type(`custodian retire bob --as alice ${made.signed('dan')}`)
    expect(message(own)).toEqual(['NOT_PERMITTED', 8, expect.stringMatching(/they may not answer/)])
    const done = await made.type(`request apply ${id} --as alice ${made.signed('carol')}`)
    expect([done.exit, done.document['status']]).toEqual([0, 'applied'])
  })
})

describe('a change of the roster', () => {
  test('is not vetoed by the person whom it is about', async () => {
    const own = await made.type(`custodian retire erin --as erin ${made.signed('erin')}`)
    expect(message(own)).toEqual([
      'NOT_PERMITTED',
      8,
      expect.stringMatching(/^cannot take an answer of Erin: they may not answer r\d+$/),
    ])
    const done = await made.type(`custodian retire erin --as alice ${quorum()}`)
    expect(done.document).toMatchObject({state: 'retired', next: null})
    expect(message(await made.type('custodian restore erin --as alice'))).toEqual([
      'PERSON_STATE',
      5,
      'cannot restore Erin: they are retired',
    ])
  })

  test('replaces a key: the old one stops counting on open requests, and is never taken again', async () => {
    const {document: open} = await made.type(`custodian retire erin --as alice ${made.signed('dan')}`)
    made.key('new')
    const line = `custodian replace-key dan --key @new.pub --as alice`
    const {document} = await made.type(
      `${line} --sign-with dan=${made.folder}/new.key ${made.signed('alice', 'bob', 'carol')}`,
    )
    expect(document).toMatchObject({name: 'Dan', state: 'active', keys: [{class: 'stated'}]})
    const shown = await made.type(`request show ${String(open['id'])}`)
    expect(shown.document).toMatchObject({missing: '3 more people', approvals: [{counts: false}]})
    const back = await made.type('custodian replace-key dan --key @dan.pub --as alice')
    expect(message(back)).toEqual(['EXISTS', 5, expect.stringMatching(/stands, or stood, under/)])
    const other = await made.type('custodian enroll x@example.com --role custodian --key @dan.pub --as alice')
    expect(other.document['code']).toBe('EXISTS')
    const [hint = ''] = other.document['try'] as string[]
    expect((await made.type(hint.replace(/^keyrite /, ''))).document['name']).toBe('Dan')
  })

  test('sets a recipient once its owner has signed for it, and takes it away', async () => {
    const line = `custodian set-recipient dan ${recipient} --as alice`
    const {document} = await made.type(`${line} ${made.signed('dan', 'alice', 'bob', 'carol')}`)
    expect(document).toMatchObject({recipient})
    expect(message(await made.type(line))).toEqual([
      'PERSON_STATE',
      5,
      'cannot set the recipient of Dan: it is their recipient already',
    ])
    const thief = await made.type(
      `custodian set-recipient dan --none --as alice ${made.signed('alice', 'bob', 'carol')}`,
    )
    expect(thief.document).toMatchObject({
      status: 'met',
      missing: expect.stringMatching(/^the signature of Dan/),
    })
    const none = await made.type(
      `request apply ${String(thief.document['id'])} --as alice ${made.signed('dan')}`,
    )
    expect(none.exit).toBe(0)
    expect((await made.type('custodian show dan')).document).toMatchObject({recipient: null})
    expect((await made.type('custodian set-recipient dan --as alice')).document['code']).toBe('USAGE')
  })

  test('whose ground has moved is refused: the person was retired, or the key enrolled, meanwhile', async () => {
    made.key('gina')
    const line = (name: string): string =>
      `custodian enroll ${name}@example.com --key @gina.pub --role custodian --as alice`
    const first = await made.type(`${line('gina')} ${quorum()}`)
    const second = await made.type(`${line('hugo')} ${quorum()} --sign-with hugo=${made.folder}/gina.key`)
    expect(second.exit).toBe(0)
    const late = await made.type(
      `request apply ${String(first.document['id'])} --as alice --sign-with gina=${made.folder}/gina.key`,
    )
    expect(message(late)).toEqual([
      'PLAN_MOVED',
      8,
      expect.stringMatching(/^cannot enroll \S+: key .* stands, or stood, under/),
    ])

    made.key('new')
    const replace = await made.type(`custodian replace-key erin --key @new.pub --as alice ${quorum()}`)
    await made.type(`custodian retire erin --as alice ${quorum()}`)
    const moved = await made.type(
      `request apply ${String(replace.document['id'])} --as alice --sign-with erin=${made.folder}/new.key`,
    )
    expect(moved.exit).toBe(8)
    expect((await made.type('custodian show erin')).document).toMatchObject({state: 'retired'})
  })

  test('that nobody finishes in time expires, and takes no signature then', async () => {
    made.key('frank')
    const line = `custodian enroll frank@example.com --key @frank.pub --role custodian --as alice`
    const {document} = await made.type(`${line} ${made.signed('bob', 'carol')}`)
    made.pass(73)
    for (const name of ['dan', 'frank@example.com']) {
      const late = await made.type(`request apply ${String(document['id'])} --as alice ${made.signed(name)}`)
      expect(message(late)).toEqual(['REQUEST_STATE', 5, expect.stringMatching(/it is expired$/)])
    }
  })
})
