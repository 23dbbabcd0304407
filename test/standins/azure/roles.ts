/** Local roles of a Managed HSM, and its settings. */
import {badParameter, notModelled, Refused} from './failures.ts'
import {demandHsm} from './backups.ts'
import {page, type Act, type Call} from './keys.ts'
import {Accepted, textIn, type Body} from './messages.ts'
import type {World} from './world.ts'

const kind = 'Microsoft.Authorization'

/** R, D: the built-in ones. What each may is not in the facts, so no definition of theirs is told. */
const builtIn: readonly (readonly [string, string])[] = [
  ['a290e904-7015-4bba-90c8-60543313cdb4', 'Managed HSM Administrator'],
  ['515eb02d-2335-4d2d-92f2-b1cbdf9c3778', 'Managed HSM Crypto Officer'],
  ['21dbd100-6940-42c2-9190-5d6cb909625b', 'Managed HSM Crypto User'],
  ['4bd23610-cdcf-4971-bdee-bdc562cc28e4', 'Managed HSM Policy Administrator'],
  ['2c18b078-7c48-4d3a-af88-5a3a1b3f82b3', 'Managed HSM Crypto Auditor'],
  ['7b127d3c-77bd-4e3e-bbe0-dbb8971fa7f8', 'Managed HSM Backup'],
]

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const definitionId = (name: string): string => `Microsoft.KeyVault/providers/${kind}/roleDefinitions/${name}`

function definitions(world: World): Body[] {
  const given = builtIn.map(([name, roleName]) => ({
    id: definitionId(name),
    name,
    type: `${kind}/roleDefinitions`,
    properties: {
      ...{roleName, description: '', type: 'AKVBuiltInRole', assignableScopes: ['/']},
      permissions: [{actions: [], notActions: [], dataActions: [], notDataActions: []}],
    },
  }))
  return [...given, ...world.definitions.values()]
}

/** R. */
const noDefinition = (): Refused =>
  new Refused(404, 'RoleDefinitionNotFound', 'Requested role definition not found')
const noAssignment = (): Refused =>
  new Refused(404, 'RoleAssignmentNotFound', 'Requested role assignment not found')

const scopeOf = ({name}: Call): string => (name === '' ? '/' : `/${name}`)

type Name =
  | 'listDefinitions'
  | 'getDefinition'
  | 'setDefinition'
  | 'deleteDefinition'
  | 'listAssignments'
  | 'getAssignment'
  | 'setAssignment'
  | 'deleteAssignment'

const acts: Readonly<Record<Name, Act>> = {
  listDefinitions: (world, call) => paged(world, call, 'roleDefinitions', definitions(world)),

  getDefinition(world, {version}) {
    const found = definitions(world).find(({name}) => name === version)
    if (found === undefined) throw noDefinition()
    return found
  },

  setDefinition(world, call) {
    const {version: name, body} = call
    if (!guid.test(name)) throw badParameter('Role definition name must be a GUID')
    if (builtIn.some(([taken]) => taken === name))
      throw badParameter(
        'Cannot re-use the name/GUID matching that of a built-in role. Please use a unique role ID.',
      )
    const given = (body['properties'] ?? {}) as Body
    const permissions = ((given['permissions'] ?? []) as readonly Body[]).map((one) => ({
      ...{actions: [], notActions: [], dataActions: [], notDataActions: []},
      ...one,
    }))
    const definition = {
      id: definitionId(name),
      name,
      type: `${kind}/roleDefinitions`,
      properties: {
        roleName: textIn(given, 'roleName'),
        description: textIn(given, 'description'),
        type: 'CustomRole',
        assignableScopes: given['assignableScopes'] ?? [scopeOf(call)],
        permissions,
      },
    }
    if (!call.lies) world.definitions.set(name, definition)
    return new Accepted(201, definition)
  },

  deleteDefinition(world, {version, lies}) {
    const found = world.definitions.get(version)
    if (found === undefined) throw noDefinition()
    if (!lies) world.definitions.delete(version)
    return found
  },

  /** Of a scope: those given there and above it; `$filter=principalId eq 'P'` is the one filter that is told. */
  listAssignments(world, call) {
    const filter = call.query.get('$filter')
    const [, who] = /^principalId eq '([^']+)'$/.exec(filter ?? '') ?? []
    if (filter !== null && who === undefined) throw notModelled(`the filter ${filter}`)
    const value = [...world.assignments.values()].filter(({properties}) => {
      const {scope, principalId} = properties as {scope: string; principalId: string}
      return covers(scope, scopeOf(call)) && (who === undefined || who === principalId)
    })
    return paged(world, call, 'roleAssignments', value)
  },

  getAssignment(world, {version}) {
    const found = world.assignments.get(version)
    if (found === undefined) throw noAssignment()
    return found
  },

  setAssignment(world, call) {
    const {version: name, body} = call
    if (!guid.test(name)) throw notModelled('the words for an assignment that is no GUID')
    const given = (body['properties'] ?? {}) as Body
    const role = textIn(given, 'roleDefinitionId')
    if (!definitions(world).some(({id}) => id === role)) throw noDefinition()
    const scope = scopeOf(call)
    const place = scope === '/' ? '' : scope
    const assignment = {
      id: `${place}/providers/${kind}/roleAssignments/${name}`,
      name,
      type: `${kind}/roleAssignments`,
      properties: {principalId: textIn(given, 'principalId'), roleDefinitionId: role, scope},
    }
    const twice = [...world.assignments.values()].find(
      (one) =>
        one['name'] !== name && JSON.stringify(one['properties']) === JSON.stringify(assignment.properties),
    )
    if (twice !== undefined) throw notModelled('the same role of the same principal at the same scope, again')
    // Its answer to a PUT of a name that is there is 201, too (R).
    if (!call.lies) world.assignments.set(name, assignment)
    return new Accepted(201, assignment)
  },

  /** R: 200 with what was there. */
  deleteAssignment(world, call) {
    const {version, lies} = call
    const found = world.assignments.get(version)
    if (found === undefined) throw noAssignment()
    if ((found['properties'] as {scope: string}).scope !== scopeOf(call))
      throw notModelled('an assignment that is taken away at another scope than its own')
    if (!lies) world.assignments.delete(version)
    return found
  },
}

/** S: these lists have a `nextLink`. How long its pages are no source says: whole, unless the test says otherwise. */
function paged(world: World, call: Call, what: string, all: readonly Body[]): Body {
  const scope = scopeOf(call)
  const path = `${scope === '/' ? '' : scope}/providers/${kind}/${what}`
  const base = world.pagesLead ?? call.base
  return page(base, path, call.query, all, (one) => one, world.rolesOnPage)
}

/** A scope covers itself and what lies in it. */
function covers(given: string, asked: string): boolean {
  return given === '/' || given === asked || asked.startsWith(`${given}/`)
}

const onlyHsm =
  (act: Act): Act =>
  (world, call) => {
    demandHsm(world)
    return act(world, call)
  }

export const roleActs = Object.fromEntries(
  Object.entries(acts).map(([name, act]) => [name, onlyHsm(act)]),
) as Readonly<Record<Name, Act>>

export const settingActs: Readonly<Record<'list' | 'get' | 'update', Act>> = {
  list: (world) => {
    demandHsm(world)
    return {settings: [...world.settings].map(([name, value]) => ({name, type: 'boolean', value}))}
  },
  get: (world, {name}) => settingOf(world, name),
  update(world, {name, body, lies}) {
    settingOf(world, name)
    const value = textIn(body, 'value')
    if (value !== 'true' && value !== 'false') throw notModelled(`the value ${value} of a setting`)
    if (lies) return {name, type: 'boolean', value}
    world.settings.set(name, value)
    return settingOf(world, name)
  },
}

function settingOf(world: World, name: string): Body {
  demandHsm(world)
  const value = world.settings.get(name)
  if (value === undefined) throw notModelled(`the setting ${name}`)
  return {name, type: 'boolean', value}
}
