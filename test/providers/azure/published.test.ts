/**
 * The tests that Microsoft publishes with its clients for Python, as they are, against our stand-in. Left out, each with its reason:
 * keys that are released (no attestation service here), what needs `aiohttp` (asynchronous twins), samples.
 */
import {execFile, execFileSync, type ExecFileException} from 'node:child_process'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {bring, pythonOf} from '../../backends/bring.ts'
import {testWhen} from '../../support/needs.ts'

import {startStandin} from './standin.ts'

const client = await bring('azure-client')
const SLOW = process.env['SLOW'] === '1'
const shim = join(import.meta.dirname, 'published')

/** How many ran and passed is known: fewer would be a test that was not found. In a short run the quickest of them. */
const short = [{of: 'azure_keyvault_administration', files: ['test_settings_client'], least: 1}] as const
const whole = [
  {
    of: 'azure_keyvault_administration',
    files: ['test_access_control', 'test_backup_client', 'test_settings_client'],
    least: 10,
  },
  {of: 'azure_keyvault_securitydomain', files: ['test_security_domain'], least: 1},
  {of: 'azure_keyvault_keys', files: ['test_key_client', 'test_crypto_client', 'test_parse_id'], least: 80},
] as const

describe('tests that Microsoft publishes', () => {
  for (const {of, files, least} of SLOW ? whole : short)
    testWhen(
      client,
      `of ${of.replaceAll('_', '-')} pass against the stand-in`,
      async () => {
        if (!client.present) return
        const folder = mkdtempSync(join(tmpdir(), 'keyrite-published-'))
        const [vault, hsm, second] = await Promise.all([
          startStandin('vault', 'purgeable'),
          startStandin('hsm', 'purgeable'),
          startStandin('hsm', 'purgeable'),
        ])
        try {
          await hsm.ask({domainSeconds: 3600})
          await second.ask({transferAsText: true})
          const said = await pytest(client.folder, folder, of, files, {vault, hsm, second})
          const [, passed] = /(\d+) passed/.exec(said) ?? []
          expect(said).not.toMatch(/\d+ (failed|error)/)
          expect(Number(passed)).toBeGreaterThanOrEqual(least)
        } finally {
          await Promise.all([vault.stop(), hsm.stop(), second.stop()])
          rmSync(folder, {recursive: true, force: true})
        }
      },
      300_000,
    )
})

/** The keys and certificates of holders that its tests expect beside them. */
function giveHolders(resources: string): void {
  mkdirSync(resources, {recursive: true})
  for (const n of [0, 1, 2])
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=holder ${n}`],
        ...[
          '-keyout',
          join(resources, `certificate${n}.pem`),
          '-out',
          join(resources, `certificate${n}.cer`),
        ],
      ],
      {stdio: 'ignore'},
    )
}

type Standin = Awaited<ReturnType<typeof startStandin>>

/** @returns what pytest said, whatever became of it. */
async function pytest(
  from: string,
  folder: string,
  of: string,
  files: readonly string[],
  {vault, hsm, second}: Readonly<Record<'vault' | 'hsm' | 'second', Standin>>,
): Promise<string> {
  const sources = join(from, 'sources')
  const source = readdirSync(sources).find((one) => one.startsWith(of) && !one.endsWith('.gz')) ?? of
  const tests = join(sources, source, 'tests')
  if (of.endsWith('securitydomain')) giveHolders(join(tests, 'resources'))
  const trusted = join(folder, 'ca.pem')
  writeFileSync(trusted, [vault, hsm, second].map(({ca}) => readFileSync(ca, 'utf8')).join(''))
  const named = (url: string, name: string): string => url.replace('localhost', `standin.${name}.azure.net`)
  const env = {
    ...process.env,
    PYTHONPATH: [shim, tests].join(':'),
    PYTHONDONTWRITEBYTECODE: '1',
    AZURE_KEYVAULT_URL: named(vault.vault, 'vault'),
    AZURE_MANAGEDHSM_URL: named(hsm.vault, 'managedhsm'),
    SECONDARY_MANAGEDHSM_URL: named(second.vault, 'managedhsm'),
    STANDIN_CONTROL: `${vault.control} ${hsm.control} ${second.control}`,
    STANDIN_TOKENS: `${vault.tokenFile} ${hsm.tokenFile} ${second.tokenFile}`,
    REQUESTS_CA_BUNDLE: trusted,
    KEYVAULT_SKU: 'standard',
    BLOB_STORAGE_URL: 'https://standin.invalid',
    BLOB_CONTAINER_NAME: 'backups',
    BLOB_STORAGE_SAS_TOKEN: 'sv=1&sig=x',
  }
  const args = [
    '-m',
    'pytest',
    '-c',
    join(shim, 'pytest.ini'),
    '--rootdir',
    '.',
    '-q',
    '--tb=line',
    '-W',
    'ignore',
  ]
  return new Promise((resolve) => {
    execFile(
      pythonOf(from),
      [...args, '-k', 'not release', ...files.map((one) => `${one}.py`)],
      {cwd: tests, env, maxBuffer: 1 << 26},
      (error: ExecFileException | null, stdout, stderr) => {
        resolve(stdout + (error === null ? '' : stderr))
      },
    )
  })
}
