/**
 * A cluster of AWS CloudHSM, by the service that manages it: HSMs and backups. Its keys are used through PKCS#11, as those
 * of any HSM, in a profile of their own; so every port for keys refuses here.
 */
import {KeyriteError} from '../../../base/errors.ts'
import type {KeyEvidence, KeyLife, KeyMove, KeyStore, KeyUse, Provider} from '../../ports.ts'
import {placeOf} from '../settings.ts'
import {clusterBackups} from './backups.ts'
import {ClusterLine, clusterPatience, type ClusterPatience} from './client.ts'
import {activeHsms, clusterIdentity, clusterLines, whichCluster, type AnsweredCluster} from './cluster.ts'
import {hsmClusters} from './clusters.ts'

/** @throws KeyriteError `USAGE` for settings that cannot be, `NOT_FOUND`, `PROVIDER_UNREACHABLE`, `CREDENTIALS_REFUSED`. */
export async function openCluster(
  {cluster: id = '', ...settings}: Readonly<Record<string, string>>,
  within: ClusterPatience = clusterPatience,
): Promise<Provider> {
  if (!/^cluster-[2-7a-zA-Z]{11,16}$/.test(id))
    throw new KeyriteError('USAGE', `cannot reach AWS CloudHSM: "${id}" is not the id of a cluster`, {
      hints: ['aws cloudhsmv2 describe-clusters'],
    })
  const line = new ClusterLine(placeOf(settings), within)
  const ask = (): Promise<AnsweredCluster> => whichCluster(line, id)
  try {
    await ask()
  } catch (error) {
    line.close()
    throw error
  }
  return {
    kind: 'cloudhsm',
    ...noKeys,
    evidence: evidenceOf(ask),
    backups: clusterBackups(line, id),
    clusters: hsmClusters(line, id),
    time: () => line.time,
    async close() {
      line.close()
    },
  }
}

async function refuse(): Promise<never> {
  throw new KeyriteError(
    'UNSUPPORTED',
    'cannot use keys here: those of a CloudHSM cluster are used through PKCS#11',
    {
      hints: [
        'keyrite profile add NAME --kind pkcs11 --module /opt/cloudhsm/lib/libcloudhsm_pkcs11.so --token-serial SERIAL',
      ],
    },
  )
}

const noKeys: {store: KeyStore; use: KeyUse; life: KeyLife; move: KeyMove} = {
  store: {
    create: refuse,
    describe: () => Promise.resolve(undefined),
    // eslint-disable-next-line @typescript-eslint/no-empty-function
    list: async function* () {},
    find: () => Promise.resolve({kind: 'none'}),
  },
  use: {
    sign: refuse,
    verify: refuse,
    encrypt: refuse,
    decrypt: refuse,
    wrap: refuse,
    unwrap: refuse,
    mac: refuse,
    publicKey: refuse,
  },
  life: {setAvailability: refuse, rotate: refuse, scheduleDestruction: refuse, cancelDestruction: refuse},
  move: {import: refuse, export: refuse, backup: refuse, restore: refuse},
}

function evidenceOf(ask: () => Promise<AnsweredCluster>): KeyEvidence {
  return {
    identity: async () => clusterIdentity(await ask()),
    check: async () => clusterLines(await ask()),
    async capabilities() {
      return {
        keys: [],
        enforces: [],
        rotates: [],
        imports: false,
        exports: false,
        backs_up: false,
        destructionDays: {least: 0, most: 0},
      }
    },
    protection: refuse,
    generation: () => Promise.resolve(null),
    async device() {
      const {account, region, cluster} = await ask()
      return {
        account,
        region,
        cluster: cluster.ClusterId ?? '',
        model: cluster.HsmType ?? '',
        hsms: String(activeHsms(cluster)),
      }
    },
  }
}
