/**
 * Tries a place that is really there, in its own account: makes keys under a prefix, uses them, schedules their destruction,
 * and says what it leaves behind. It asks first. It is not in the package.
 *
 *     npm run test:live -- --profile NAME [--algorithm A …] [--dry-run]
 */
import {Config} from '@oclif/core'
import {packageRoot} from '../../src/base/package.ts'
import {TestLive} from './command.ts'

TestLive.id = 'npm run test:live --'
await new TestLive(
  process.argv.slice(2),
  await Config.load({root: packageRoot(), userPlugins: false, devPlugins: false}),
).run()
