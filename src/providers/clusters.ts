/** Clusters of HSMs, as the service that manages them tells. Nothing here makes or changes one. */

/** One HSM of a cluster. What the service does not say is null. */
export interface ClusterHsm {
  readonly id: string
  /** In lower case, as the service names it: `active`, `degraded`, `create_in_progress`. */
  readonly state: string
  /** What the service says to that. */
  readonly message: string | null
  readonly zone: string | null
  readonly subnet: string | null
  readonly ip: string | null
}

/** A certificate, or a request for one, that the service shows of a cluster. */
export interface ClusterCertificate {
  readonly which: 'csr' | 'cluster' | 'hsm' | 'aws-hardware' | 'manufacturer-hardware'
  /** Its last moment, as it says itself; null for a request, and for what is no certificate that can be read. */
  readonly until: Date | null
  /** Of its DER, lower-case hex; null as `until`. */
  readonly sha256: string | null
}

export interface HsmCluster {
  readonly id: string
  /** As of an HSM. */
  readonly state: string
  readonly message: string | null
  readonly hsmType: string | null
  /** `FIPS` or `NON_FIPS`. */
  readonly mode: string | null
  readonly madeAt: Date | null
  /** The backup that it was made from. */
  readonly fromBackup: string | null
  /** For how many days the service keeps its backups. */
  readonly backupDays: number | null
  readonly vpc: string | null
  readonly subnets: readonly {readonly zone: string; readonly subnet: string}[]
  readonly hsms: readonly ClusterHsm[]
  readonly certificates: readonly ClusterCertificate[]
}

/** A place has this port only where its service manages clusters. */
export interface HsmClusters {
  /** The one that this place is. */
  readonly own: string
  /** Streams every cluster of the account in the region of the place. @throws KeyriteError `PROVIDER_FAILED` where the list is cut off. */
  list(): AsyncIterable<HsmCluster>
}
