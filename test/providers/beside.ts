/** What docs/providers.md says of clouds beside the contract suite: each with the test that saw it. Also run by build/docs.js: nothing of the tests is needed here. */

/** What was seen, in words, and by which test, below `test`, on our stand-in and on nothing else. A test holds that it is there. */
export type Beside = readonly (readonly [words: string, file: string, title: string])[]

/** What a vault or a Managed HSM of Azure has beside this. */
export const besideAzure: Beside = [
  [
    'write a backup of the whole place, take it in again, whole or one key',
    'commands/azure-backup.test.ts',
    'of all keys are started and waited for, and taken in again, whole or one key',
  ],
  [
    'give out a security domain',
    'commands/azure-backup.test.ts',
    'are opened elsewhere by the security domain, which so many of its holders open',
  ],
  [
    'take in a security domain',
    'commands/azure-place.test.ts',
    'that is new takes in the security domain of another, which each of two holders opens at their own place, once; where the answer is lost, what was taken in is not told as ours',
  ],
  [
    'set a setting of the place',
    'commands/azure-place.test.ts',
    'has its settings set with approval and looked at, and not called set where the service only says yes',
  ],
  [
    'each of these, killed or cut off',
    'backups/whole-broken.test.ts',
    'what is done with a whole Managed HSM, broken off',
  ],
  [
    'made, suspended, rotated and destroyed, killed at each call',
    'keys/killed-clouds.test.ts',
    'key ${what}, killed, is ended by the same work, and done once',
  ],
  [
    'set when what is made expires, a version before that and a notice',
    'commands/rotation-azure.test.ts',
    'rotation policy sets when what is made expires, a version before that and a notice, as people approve it within the policy’s time',
  ],
  [
    'give and take a local role, told past their pages',
    'commands/azure-roles.test.ts',
    'are given with approval, once in spite of a crash and of who has one already, told, and taken away',
  ],
  [
    'keep an attestation, and verify it',
    'providers/azure/attestation.test.ts',
    'is attested under the roots of the policy alone, and what vouches for it is kept whole',
  ],
  [
    'set a schedule of rotation of its own',
    'commands/rotation-azure.test.ts',
    'rotation policy sets the schedule of the service itself, says so where it did not, and takes it away',
  ],
  [
    'tell a release policy',
    'providers/azure/acts.test.ts',
    'who may use a key is told by its local roles, and by which policy it may be released',
  ],
  [
    'keys of a vault, in software',
    'providers/azure/faults.test.ts',
    'a vault has no symmetric keys, and what is in software is called so',
  ],
  [
    'a key that holds a ceremony, asked back by Microsoft’s client for Python',
    'commands/azure.test.ts',
    'shows the key of the ceremony to Microsoft’s own client as keyrite tells it',
  ],
  [
    'what published emulators answer otherwise, one difference at a time',
    'providers/azure/other-vaults.test.ts',
    'a vault of others',
  ],
  [
    'a release policy, settings and roles of a place whose answers are throttled, lost or lies',
    'providers/azure/answers.test.ts',
    'an act at a Managed HSM',
  ],
  [
    'the stand-in itself: Microsoft’s clients for Python ask it, and the tests that come with them (SLOW)',
    'providers/azure/published.test.ts',
    'tests that Microsoft publishes',
  ],
  [
    'the stand-in itself: a whole life of keys by Microsoft’s client for Go, azkeys 1.5.0 (SLOW)',
    'providers/azure/client-go.test.ts',
    'leads keys through their whole lives for Microsoft’s client for Go, as the published facts say',
  ],
]

/** What a key ring of Google has beside this. */
export const besideGoogle: Beside = [
  [
    'look for a key ring, and make one with approval, once though the answer is lost',
    'commands/gcp-ring.test.ts',
    'is made by those whom the policy names, found when the answer is lost, and added',
  ],
  [
    'a key ring that somebody else made meanwhile',
    'commands/gcp-ring.test.ts',
    'that somebody else made while people were asked is not called ours',
  ],
  [
    'IAM: who is bound on the key and on its ring, conditions too',
    'providers/gcp/rights.test.ts',
    'are read from the key and its ring, with what they let do and until when',
  ],
  [
    'IAM: all use taken away, while others change the policy',
    'providers/gcp/rights.test.ts',
    'that others change at the same time are read anew, and nothing of theirs is lost',
  ],
  [
    'IAM: a role given on a key and taken away, with approval',
    'commands/gcp.test.ts',
    'is granted to somebody with approval, taken away again, and found so after a crash',
  ],
  [
    'attestation: verified to roots that the policy names, and kept; the HSM is made up',
    'providers/gcp/attested.test.ts',
    'is attested under the roots of the policy, and what vouches for it is kept whole',
  ],
  [
    'attestation: no more than asserted, where it says nothing or the key came from outside',
    'providers/gcp/attested.test.ts',
    'is no more than asserted where it came from outside, is disabled, says nothing, or nothing that is known',
  ],
  [
    'single-tenant HSMs: what is proposed for one is told, and none is changed',
    'providers/gcp/attested.test.ts',
    'of its own: what is proposed for it is told, and who decides',
  ],
  [
    'a schedule of rotation set with approval, also where answers are lost, and taken away',
    'commands/rotation-google.test.ts',
    'rotation policy sets the schedule of the service itself, also where answers are lost, and takes it away',
  ],
  [
    'a schedule of rotation that the service only says it has set',
    'providers/gcp/faults.test.ts',
    'a schedule that is not set for certain is not called set, and the same again ends it',
  ],
  [
    'destruction on its day, then deletion, by commands',
    'commands/gcp-end.test.ts',
    'deletes a key when it is destroyed, with its name typed and people’s approval, and not before',
  ],
  [
    'made, suspended, rotated and destroyed, killed at each call',
    'keys/killed-clouds.test.ts',
    'key ${what}, killed, is ended by the same work, and done once',
  ],
  [
    'deletion killed at each call, and each answer to it lost',
    'keys/killed-delete.test.ts',
    'killed at each call of the provider, it is ended by the same work',
  ],
  [
    'roles and imports killed at each call',
    'keys/killed-google.test.ts',
    'killed at a call of Google’s like, the next run finds what happened, and nothing is done twice',
  ],
  [
    'each act throttled, unavailable, late, cut off, answered by a lie, refused',
    'providers/gcp/acts.test.ts',
    'an act at Google',
  ],
  [
    'each act with reads that are late',
    'providers/gcp/lag.test.ts',
    'a key ring of Google whose reads are late, on the stand-in',
  ],
  [
    'what takes days to be made, import jobs that are over',
    'providers/gcp/pending.test.ts',
    'what Google makes, as the stand-in has it',
  ],
  [
    'CRC32C on each request and answer, damaged or not verified',
    'providers/gcp/checksums.test.ts',
    'what passes between here and Google',
  ],
  [
    'raw AES, read and written by whoever has the key',
    'providers/gcp/raw.test.ts',
    'whoever has the key reads what was encrypted, and writes what it decrypts',
  ],
  [
    'a key that holds a ceremony, asked back by Google’s client for Python',
    'commands/gcp.test.ts',
    'shows the key of the ceremony to Google’s own client as keyrite tells it',
  ],
  [
    'what other emulators may answer, one difference at a time: used',
    'providers/gcp/emulators.test.ts',
    'an emulator of Cloud KMS on this machine',
  ],
  [
    'the same: refused',
    'providers/gcp/refusing.test.ts',
    'an emulator of Cloud KMS that no key can be kept in',
  ],
  [
    'the stand-in itself: Google’s client for Python asks it',
    'providers/gcp/client.test.ts',
    'answers Google’s client for Python as the published facts say',
  ],
  [
    'the stand-in itself: a whole life of keys by Google’s client for Go, kms 1.37.0 (SLOW)',
    'providers/gcp/client-go.test.ts',
    'leads keys through their whole lives for Google’s client for Go, as the published facts say',
  ],
  [
    'the stand-in itself: the life of keys but their deletion by Google’s client for Java, google-cloud-kms 2.80.0 (SLOW)',
    'providers/gcp/client-java.test.ts',
    'leads keys through their lives for Google’s client for Java, as the published facts say',
  ],
]
