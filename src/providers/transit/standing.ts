/** What the policies of a server allow on a key now, held against a role. */
import {KeyriteError} from '../../base/errors.ts'
import type {Grant, Policy, Standing} from '../permissions.ts'
import type {Server} from './server.ts'

/** Everything that can be done with one key, by path under the mount. */
const everything = (id: string): readonly string[] => [
  ...['', '/config', '/rotate', '/trim', '/soft-delete', '/soft-delete-restore', '/import_version'].map(
    (one) => `keys/${id}${one}`,
  ),
  ...['sign', 'verify', 'hmac'].flatMap((verb) => [`${verb}/${id}`, `${verb}/${id}/sha2-256`]),
  ...['encrypt', 'decrypt', 'rewrap', 'derive-key', 'backup'].map((verb) => `${verb}/${id}`),
  ...['plaintext', 'wrapped'].map((kind) => `datakey/${kind}/${id}`),
  ...['signing-key', 'encryption-key', 'hmac-key'].flatMap((kind) => [
    `export/${kind}/${id}`,
    `export/${kind}/${id}/1`,
  ]),
]

/** Rules by path; what several policies say of one path adds up, and a `deny` takes it all. */
type Rules = ReadonlyMap<string, ReadonlySet<string>>

/** @throws KeyriteError `NOT_FOUND` if there is no such principal, `CREDENTIALS_REFUSED` where the token may not read policies. */
export async function standingOf(
  server: Server,
  policy: Policy,
  ids: readonly string[],
  principal: string | null,
): Promise<Standing> {
  const names = principal === null ? [policy.name] : await policiesOf(server, principal)
  const rules = new Map<string, Set<string>>()
  const notes: string[] = []
  for (const name of names) {
    const text =
      name === 'root'
        ? 'path "*" { capabilities = ["sudo", "create", "read", "update", "delete", "list"] }'
        : await textOf(server, name)
    if (text === undefined) {
      notes.push(`there is no policy ${name}`)
      continue
    }
    if (addRules(rules, text)) continue
    notes.push(
      `policy ${name} holds what keyrite cannot read: look at it by hand, with bao policy read ${name}`,
    )
  }
  const wanted = new Map(policy.grants.map(({on, may}) => [on, new Set(may)]))
  const paths = [
    ...ids.flatMap(everything).map((path) => `${server.place.mount}/${path}`),
    `${server.place.mount}/keys`,
  ]
  const missing: Grant[] = []
  const beyond: Grant[] = []
  for (const path of paths) {
    const [want, has] = [allowed(wanted, path), allowed(rules, path)]
    const lacks = [...want].filter((one) => !has.has(one))
    const more = [...has].filter((one) => !want.has(one))
    if (lacks.length > 0) missing.push({on: path, may: lacks})
    // That keys can be listed says nothing of this one.
    if (more.length > 0 && !path.endsWith('/keys')) beyond.push({on: path, may: more})
  }
  return {looked: names, missing, beyond, notes}
}

async function policiesOf(server: Server, principal: string): Promise<readonly string[]> {
  const what = `read what "${principal}" may`
  const data = await server.systemFind('GET', `identity/entity/name/${encodeURIComponent(principal)}`, {what})
  if (data === undefined)
    throw new KeyriteError('NOT_FOUND', `cannot ${what}: the server has no entity of that name`, {
      hints: ['bao list identity/entity/name'],
    })
  const {policies} = data
  return Array.isArray(policies) ? policies.filter((one) => typeof one === 'string') : []
}

async function textOf(server: Server, name: string): Promise<string | undefined> {
  const data = await server.systemFind('GET', `sys/policies/acl/${encodeURIComponent(name)}`, {
    what: `read policy ${name}`,
  })
  return typeof data?.['policy'] === 'string' ? data['policy'] : undefined
}

const block = /path\s+"([^"]+)"\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g

/** @returns whether all of it was understood: blocks of paths with capabilities, comments, nothing else. */
export function addRules(rules: Map<string, Set<string>>, text: string): boolean {
  const plain = text.replace(/^\s*(#|\/\/).*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '')
  let understood = plain.replace(block, '').trim() === ''
  for (const [, path = '', body = ''] of plain.matchAll(block)) {
    const [, list] = /capabilities\s*=\s*\[([^\]]*)\]/.exec(body) ?? []
    if (list === undefined) understood = false
    const here = rules.get(path) ?? new Set()
    for (const [, one = ''] of (list ?? '').matchAll(/"([a-z]+)"/g)) here.add(one)
    rules.set(path, here)
  }
  return understood
}

/** By the rule that fits most closely: the exact one, else the one whose words before any wildcard are longest. */
export function allowed(rules: Rules, path: string): ReadonlySet<string> {
  const exact = rules.get(path)
  const fitting = [...rules.keys()].filter((rule) => fits(rule, path))
  const closest = fitting.toSorted((a, b) => literal(b) - literal(a) || b.length - a.length)[0]
  const found = exact ?? (closest === undefined ? undefined : rules.get(closest))
  return found === undefined || found.has('deny') ? new Set() : found
}

function fits(rule: string, path: string): boolean {
  const open = rule.endsWith('*')
  const wanted = (open ? rule.slice(0, -1) : rule).split('/')
  const given = path.split('/')
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false
  return wanted.every((part, at) => {
    const here = given[at] ?? ''
    if (part === '+') return true
    return open && at === wanted.length - 1 ? here.startsWith(part) : here === part
  })
}

function literal(rule: string): number {
  const at = rule.search(/[+*]/)
  return at === -1 ? rule.length : at
}
