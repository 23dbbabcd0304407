/** What a revocation looks at before anything is done: each line that says no says what mends it, and nothing waits for that. */
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import PolicyAdopt from '../../src/commands/policy/adopt.ts'
import PolicyShow from '../../src/commands/policy/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import Revoke from '../../src/commands/revoke.ts'
import type {OpenBao} from '../backends/openbao.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {openbao, startTransit} from '../providers/transit/bao.ts'
import {testWhen, testWith} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass, type World} from '../support/run.ts'

const box: {house?: House; bao?: OpenBao} = {}
const house = (): House => box.house ?? missing()
const bao = (): OpenBao => box.bao ?? missing()
const tokenFile = (): string => join(house().dir, 'bao.token')
const holdsToken = (token: string): void => {
  writeFileSync(tokenFile(), `${token}\n`, {mode: 0o600})
}
const all = (): string[] =>
  ['alice', 'bob', 'carol', 'dan', 'erin'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
const run = (command: CommandClass, id: string, argv: readonly string[]) =>
  runJson(command, id, [...argv, '--as', 'alice'], house().world)

let count = 0
async function key(profile: string, more: readonly string[] = jwt): Promise<string> {
  const name = `key-${(count += 1)}`
  const argv = [name, '--profile', profile, '--owner', 'alice', '--activate', ...more, ...all()]
  expect(await run(KeyCreate, 'key create', argv)).toMatchObject({exit: 0})
  return name
}
const jwt = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing']
const kek = ['--algorithm', 'aes-256', '--purpose', 'wrap', '--class', 'kek']

/** Nobody signs: what was looked at stands on the screen, and the rest waits. */
async function looked(
  name: string,
  {profile = 'main', more = [], as = 'dan', world = {}}: Partial<Wish> = {},
): Promise<{exit: number; line: (called: string) => string; stderr: string}> {
  const argv = [name, '--reason', 'key-compromise', '--confirm', `${name}@${profile}`, '--as', as, ...more]
  const {exit, stderr} = await runCommand(Revoke, 'revoke', argv, {...house().world, ...world})
  const lines = stderr.split('\n')
  return {exit, stderr, line: (called) => lines.find((one) => one.includes(`  ${called}: `)) ?? 'not there'}
}
interface Wish {
  readonly profile: string
  readonly more: readonly string[]
  readonly as: string
  readonly world: Partial<World>
}

beforeAll(async () => {
  box.house = await makeHouse()
  if (!openbao.present) return
  box.bao = await startTransit()
  holdsToken(bao().token)
  const place = ['--kind', 'transit', '--address', bao().url, '--token-file', tokenFile()]
  const args = ['there', '--environment', 'test', ...place, ...all()]
  expect(await run(ProfileAdd, 'profile add', args)).toMatchObject({exit: 0})
}, 120_000)
afterAll(async () => {
  await box.bao?.stop()
  expect(problemsOf(house())).toEqual([])
  house().remove()
})

describe('of this machine and whoever acts', () => {
  test('all is said where nothing is amiss, but for channels that the policy has none of', async () => {
    const name = await key('main')
    const {line} = await looked(name, {
      more: ['--sign-with', `dan=${house().keyOf('dan')}`, '--prove-within', 'PT5S'],
    })
    expect(line('The place')).toMatch(/: it answers, and is the place that was approved\.$/)
    expect(line('The proof')).toMatch(/: whoever proves it can use it now\.$/)
    expect(line('The clock')).toMatch(/: it agrees with the ledger and the place\.$/)
    expect(line('The ledger')).toMatch(/: it can be written here\.$/)
    expect(line('Who signs')).toMatch(/: the keys of dan are here\.$/)
    expect(line('Who is told')).toMatch(
      /: NO\. the policy has no channel .*\. Mend: tell security-lead, ciso, engineering-lead yourself; keyrite incident card /,
    )
  })

  test('a clock that is behind lets nothing be recorded: the error says how it is set, or accepted', async () => {
    const name = await key('main')
    const world = {now: () => new Date(Date.now() - 600_000)}
    const {exit, stderr} = await looked(name, {world})
    expect([exit, stderr]).toEqual([5, expect.stringMatching(/Code: CLOCK_BEHIND/)])
    expect(stderr).toContain('set the clock of this machine, then run the same again')
    expect(stderr).toContain('keyrite ledger clock --accept --reason R')
  })

  test('a key of whoever signs: not there, of nobody who may, or of too few', async () => {
    const name = await key('main')
    const none = await looked(name)
    expect([none.exit, none.line('Who signs')]).toEqual([
      8,
      expect.stringMatching(
        /: NO\. no key of Dan .*is in ssh-agent or in ~\/\.ssh\. Mend: ssh-add FILE, or --sign-with /,
      ),
    ])
    const [other, second, grave] = [await key('main'), await key('main'), await key('main', kek)]
    expect((await looked(other, {as: 'bob'})).line('Who signs')).toMatch(
      /: NO\. Bob.* may not contain it: that takes emergency-contact or security-lead\. Mend: --sign-with PERSON=KEY, of one of /,
    )
    const gone = await looked(second, {more: ['--sign-with', 'dan=/nowhere/dan']})
    expect(gone.line('Who signs')).toMatch(
      /: NO\. "\/nowhere\/dan" is not there\. Mend: --sign-with dan=FILE, /,
    )
    expect((await looked(grave)).line('Who signs')).toMatch(
      /: NO\. it takes 2 people, of .*\. Mend: call another of them; --sign-with PERSON=KEY for each$/,
    )
  })

  testWith('ssh-keygen', 'a channel that this machine has no secret for', async () => {
    const {policy} = await run(PolicyShow, 'policy show', [])
    const with_ = {
      ...(policy as object),
      notifications: [
        {name: 'duty-chat', kind: 'slack', roles: ['security-lead', 'ciso', 'engineering-lead']},
      ],
    }
    const file = join(house().dir, 'policy.json')
    writeFileSync(file, JSON.stringify(with_))
    expect(await run(PolicyAdopt, 'policy adopt', [file, ...all()])).toMatchObject({exit: 0})
    const {line} = await looked(await key('main'))
    expect(line('Who is told')).toMatch(
      /: NO\. channel "duty-chat" has no secret on this machine\. Mend: keyrite notification connect duty-chat --secret-file FILE; /,
    )
  })
})

describe('of the place', () => {
  const at = {profile: 'there'}
  testWhen(openbao, 'credentials that are refused', async () => {
    const name = await key('there')
    holdsToken('s.nobodyknowsthistoken')
    try {
      const {line} = await looked(name, at)
      expect(line('The place')).toMatch(/: NO\. CREDENTIALS_REFUSED: .* Mend: /)
      expect(line('The proof')).toMatch(/: NO\. .* Mend: /)
    } finally {
      holdsToken(bao().token)
    }
  })

  testWhen(openbao, 'a permission that is missing, of keyrite or of whoever tries', async () => {
    const name = await key('there')
    const policy = join(house().dir, 'reader.hcl')
    writeFileSync(
      policy,
      'path "transit/keys/*" { capabilities = ["read"] }\npath "sys/*" { capabilities = ["read"] }\n',
    )
    await bao().bao('policy', 'write', 'reader', policy)
    const made = JSON.parse(await bao().bao('token', 'create', '-policy=reader', '-format=json')) as {
      auth: {client_token: string}
    }
    holdsToken(made.auth.client_token)
    try {
      const {line} = await looked(name, at)
      expect(line('The place')).toMatch(/: NO\. .* Mend: /)
      expect(line('The proof')).toMatch(
        /: NO\. NOT_PROVEN: nobody here can try it, .* Mend: keyrite profile set there --prover PROFILE/,
      )
    } finally {
      holdsToken(bao().token)
    }
  })

  testWhen(
    openbao,
    'a clock that is another than its own; then a token file that is gone, and a place that does not answer',
    async () => {
      const [name, second, third] = [await key('there'), await key('there'), await key('there')]
      const world = {now: () => new Date(Date.now() + 600_000)}
      const {exit, line, stderr} = await looked(name, {...at, world})
      expect(line('The clock')).toMatch(
        /: NO\. CLOCK_AHEAD: .* Mend: timedatectl set-ntp true; if this clock is right: /,
      )
      expect([exit, stderr]).toEqual([5, expect.stringContaining('Code: CLOCK_AHEAD')])
      // The incident was opened by that clock: from then on it is the ledger's.
      rmSync(tokenFile())
      expect((await looked(second, {...at, world})).line('The place')).toMatch(/: NO\. .* Mend: /)
      holdsToken(bao().token)
      await bao().stop()
      expect((await looked(third, {...at, world})).line('The place')).toMatch(
        /: NO\. PROVIDER_UNREACHABLE: .* Mend: /,
      )
    },
  )
})

function missing(): never {
  throw new Error('it is not there')
}
