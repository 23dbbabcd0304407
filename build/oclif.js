// What src/ has of `@oclif/core`, without its index: that evaluates all of oclif, semver and more at every start.
// build.js puts this in its place; straight from its sources the program takes the index.
export * as Args from '@oclif/core/args'
export {Command} from '@oclif/core/command'
export {Config} from '@oclif/core/config'
export * as Flags from '@oclif/core/flags'
export {handle} from '@oclif/core/handle'
export {run} from '@oclif/core/run'
export {settings} from '@oclif/core/settings'
