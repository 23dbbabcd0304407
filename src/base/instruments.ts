/** What this program runs in, as far as it can see (T18). */
import {readFileSync} from 'node:fs'

/** Variables by which another program's code is loaded into this one. */
const loading = [
  'LD_PRELOAD',
  'LD_AUDIT',
  'DYLD_INSERT_LIBRARIES',
  'NODE_OPTIONS',
  // Node reads it when it starts, and OpenSSL loads the modules that it names.
  'OPENSSL_CONF',
  'OPENSSL_MODULES',
  'OPENSSL_ENGINES',
]

/** Signs that another program could steer this one, in words; empty when none was seen. */
export function instruments(env: NodeJS.ProcessEnv, execArgv: readonly string[]): readonly string[] {
  return [
    ...loading.filter((name) => (env[name] ?? '') !== '').map((name) => `${name} is set`),
    ...(execArgv.some((argument) => argument.startsWith('--inspect')) ? ['a debugger port is open'] : []),
    ...(tracer() ? ['another process traces this one'] : []),
  ]
}

function tracer(): boolean {
  try {
    return !/^TracerPid:\s+0$/m.test(readFileSync('/proc/self/status', 'utf8'))
  } catch {
    return false // no /proc: nothing was seen
  }
}
