/** Other people's software that was tried by hand and runs in no test, as docs/providers.md has it. */

export interface Tried {
  readonly what: string
  readonly kind: 'aws' | 'pkcs11' | 'transit'
  /** What was done there from the command line, and went as at the place that it speaks for. */
  readonly went: string
  /** What it does otherwise, and what keyrite says of that. */
  readonly otherwise: string
  /** A test that has the difference, on a stand-in or on an emulator whose answers are changed. */
  readonly test: readonly [file: string, title: string]
}

export const tried: readonly Tried[] = [
  {
    what: 'local-kms (nsmithuk), commit 2a5e92d0 of 2026-02-28',
    kind: 'aws',
    went: 'the whole ceremony for a JWT key, asked back by AWS’s own command line; profile add and check, doctor; ec-p256, ec-p521, rsa-2048, aes-256, hmac-sha256 made, proved, activated; public, suspend, resume, deactivate, compromise, destroy, cancel-destroy; a pair rotated to another key; alias; sync, check, adopt --list',
    otherwise:
      'no Ed25519, no ML-DSA, no grants, no CloudTrail (UNSUPPORTED); from outside it takes AES alone, under RSA of 2048 bits, which keyrite does not use: refused, and the key without material taken away; a key of AES has no name of its material, so it is not rotated (UNSUPPORTED)',
    test: [
      'providers/aws/shapes.test.ts',
      'that takes fewer keys from outside, or under fewer wrappings, is said as such, and leaves no key in the list',
    ],
  },
  {
    what: 'moto 5.2.5',
    kind: 'aws',
    went: 'the whole ceremony for a JWT key (on 5.2.1), asked back by AWS’s own command line; profile add and check, doctor; pairs to sign, aes-256, hmac-sha256 made, proved, activated; public, alias, deactivate, cancel-destroy, sync, adopt --list',
    otherwise:
      'signs with disabled keys (KEY_STILL_USABLE); does not open what was encrypted to its RSA keys; answers what it has not with a page of HTTP 500 (PROVIDER_FAILED)',
    test: ['providers/aws/shapes.test.ts', 'is read, or refused as no answer, and no bug'],
  },
  {
    what: 'fakecloud 0.51.0',
    kind: 'aws',
    went: 'profile add and check, doctor; ec-p256, ec-p521, rsa-2048 to sign, aes-256, hmac-sha256 made, proved, activated; public, suspend, resume, deactivate, destroy, grants, usage, adopt --list',
    otherwise:
      'no Ed25519 (UNSUPPORTED); for the public half of an ML-DSA key it gives 32 bytes that are none, which ended keyrite as a bug, and is another key than was planned since (KEY_NOT_AS_PLANNED); does not open what was encrypted to its RSA keys (PROVIDER_FAILED); a key of AES has no name of its material, so it is not rotated, and material from outside is refused (UNSUPPORTED)',
    test: [
      'keys/no-public-key.test.ts',
      'a place that gives 32 bytes of chance for one made another key than was planned, and that is no bug of ours',
    ],
  },
  {
    what: 'roto-server 0.10.1',
    kind: 'aws',
    went: 'nothing',
    otherwise:
      'leaves lists that are empty out of its answers, of keys and of tags: no answer for keyrite, as nobody could tell it from one that was cut short (PROVIDER_FAILED); refused at profile add, before anybody signs, and where it was added already before a ceremony begins',
    test: [
      'commands/aws-wrong.test.ts',
      'leaves out lists that are empty: refused where it is to be added, before anybody is asked',
    ],
  },
  {
    what: 'OpenBao 2.6.1',
    kind: 'transit',
    went: 'profile add and check, doctor (also with no right, a token that expired, hung and sealed); every algorithm but ML-DSA made, proved, activated; suspend, resume, both rotations, import of all three kinds, deactivate, compromise, destroy, cancel-destroy',
    otherwise: 'no ML-DSA: refused with the plan, naming what it has',
    test: [
      'commands/key-offered.test.ts',
      'on a server that is too old for an algorithm is known before anybody signs, where its token is in a file',
    ],
  },
  {
    what: 'Kryoptic 1.5.4, built with OpenSSL 3.6',
    kind: 'pkcs11',
    went: 'the whole ceremony for a JWT key, asked back by pkcs11-tool; profile add and check, doctor; ec-p256, ec-p521, rsa-2048, aes-256, hmac-sha256, ed25519 and ml-dsa-65 made, proved, activated; suspend, resume, both rotations, import of all three kinds, deactivate, compromise, destroy, cancel-destroy',
    otherwise:
      'a MAC key whose use was taken away is refused as one of another type (0x63): that was called not proven, and is its state since, tried there again; it does not say that it is software: its keys were called unknown, and software since',
    test: [
      'providers/pkcs11/shapes.test.ts',
      'of a key whose use was taken away refuses it as one of another type: that is its state where its attributes say so, and else no proof of any',
    ],
  },
  {
    what: 'opencryptoki 3.8.1, its software token',
    kind: 'pkcs11',
    went: 'the whole ceremony for a JWT key under PS256, asked back by pkcs11-tool; profile add and check; hmac-sha256, rsa-2048 made, proved, activated; suspend, resume, deactivate, destroy',
    otherwise:
      'every token has serial number 123; no RS256, so that ceremony is refused before it begins, naming PS256; no curves, no AES-GCM, nothing from outside (UNSUPPORTED)',
    test: [
      'commands/key-offered.test.ts',
      'without the mechanism, or with one that only verifies, is known before the PIN and before anybody signs',
    ],
  },
  {
    what: 'tpm2-pkcs11 1.9.0, on a software TPM',
    kind: 'pkcs11',
    went: 'its tokens are listed, and it says what it has',
    otherwise:
      'its empty slot has the serial number of its tokens: it counts for none; no rsa-4096, so the ceremony for a JWT key is refused before it begins; it makes no key for keyrite (PROVIDER_FAILED); on a software TPM it says that it is hardware, and is told as software since',
    test: [
      'providers/pkcs11/shapes.test.ts',
      'of the slot that it keeps for the next token, with the serial number of a real one, neither hides nor doubles that',
    ],
  },
  {
    what: 'softokn of NSS 3.87',
    kind: 'pkcs11',
    went: 'nothing',
    otherwise: 'wants settings when it is started, and keyrite gives none (UNSUPPORTED)',
    test: [
      'providers/pkcs11/shapes.test.ts',
      'to a login says what mends it, and asks for no PIN that it takes elsewhere',
    ],
  },
  {
    what: 'GNOME Keyring 42.1, its module',
    kind: 'pkcs11',
    went: 'profile add and check',
    otherwise:
      'makes no kind of key that keyrite uses: profile check says so, and a key is refused with the plan (UNSUPPORTED)',
    test: [
      'providers/offered.test.ts',
      'a place that has no algorithm of ours is said to have none, and a place that has some is said to have these',
    ],
  },
  {
    what: 'p11-kit-trust 0.24.1, the certificates of the system',
    kind: 'pkcs11',
    went: 'nothing',
    otherwise: 'is write-protected: refused at profile add (UNSUPPORTED)',
    test: [
      'providers/pkcs11/shapes.test.ts',
      'that takes no session to write in is said to be write-protected',
    ],
  },
]
