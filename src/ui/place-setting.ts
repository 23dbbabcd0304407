/** A setting of a place, as somebody types it. */
import {KeyriteError} from '../base/errors.ts'
import {visibleLine} from '../base/visible.ts'
import type {PlaceSetting} from '../providers/place-settings.ts'

/** @throws KeyriteError `USAGE`. */
export function settingIn(text: string): {readonly setting: string; readonly value: boolean} {
  const [, setting, value] = /^([A-Za-z][A-Za-z0-9]{0,63})=(true|false)$/.exec(text) ?? []
  if (setting !== undefined) return {setting, value: value === 'true'}
  throw new KeyriteError('USAGE', 'expected a setting as NAME=true or NAME=false', {
    hints: ['--setting AllowKeyManagementOperationsThroughARM=false'],
  })
}

/** @throws KeyriteError `NOT_FOUND` naming those that there are. */
export function demandSetting(all: readonly PlaceSetting[], wanted: string): PlaceSetting {
  const found = all.find(({name}) => name === wanted)
  if (found !== undefined) return found
  const names = all.map(({name}) => visibleLine(name, 80))
  throw new KeyriteError(
    'NOT_FOUND',
    `cannot set ${wanted}: the place has ${names.length === 0 ? 'no settings that are a yes or a no' : names.join(', ')}`,
  )
}
