/** Settings of a Managed HSM: what it lets others than its local roles do. */
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'
import {seenAs} from '../../base/seen-as.ts'
import type {PlaceSetting, PlaceSettings} from '../place-settings.ts'
import type {Service} from './service.ts'

export function placeSettings(service: Service): PlaceSettings {
  const list = async (): Promise<readonly PlaceSetting[]> => {
    const {settings} = await service.read('read the settings', '/settings')
    return (
      Array.isArray(settings) ? (settings as readonly Readonly<Record<string, unknown>>[]) : []
    ).flatMap(({name, value}) => {
      const told = typeof value === 'boolean' ? value : booleanIn(value)
      return typeof name === 'string' && told !== undefined ? [{name, value: told}] : []
    })
  }
  return {
    list,

    async set(name, value) {
      const what = `set ${name}`
      if ((await list()).every((one) => one.name !== name)) throw unknownSetting(name)
      await service.operate(what, `/settings/${name}`, {value: String(value)}, 'patch')
      const look = async () => (await list()).find((one) => one.name === name)
      const now = await seenAs(look, (one) => one?.value === value)
      if (now === undefined) throw unknownSetting(name)
      return now.value
    },
  }
}

/** The service writes them as text. */
function booleanIn(value: unknown): boolean | undefined {
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  return text === 'true' ? true : text === 'false' ? false : undefined
}

function unknownSetting(name: string): KeyriteError {
  return new KeyriteError(
    'NOT_FOUND',
    `cannot set "${visibleLine(name, 80)}": the Managed HSM has no such setting that is a yes or a no`,
    {hints: ['keyrite profile check PROFILE lists them']},
  )
}
