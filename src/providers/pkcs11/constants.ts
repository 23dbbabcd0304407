/** Names of PKCS#11 that the driver does not know, and those used often. PKCS#11 v3.2. */
export const ckm = {
  rsaPairGen: 0x0,
  rsaPkcs: 0x1,
  rsaOaep: 0x9,
  rsaPss: 0xd,
  sha256RsaPkcs: 0x40,
  sha384RsaPkcs: 0x41,
  sha512RsaPkcs: 0x42,
  sha256RsaPss: 0x43,
  sha384RsaPss: 0x44,
  sha512RsaPss: 0x45,
  sha1: 0x220,
  sha256: 0x250,
  sha384: 0x260,
  sha512: 0x270,
  sha256Hmac: 0x251,
  genericGen: 0x350,
  ecPairGen: 0x1040,
  ecdsa: 0x1041,
  edwardsPairGen: 0x1055,
  eddsa: 0x1057,
  aesGen: 0x1080,
  aesGcm: 0x1087,
  aesWrapPad: 0x210a,
  aesWrapKwp: 0x210b,
  mlDsaPairGen: 0x1c,
  mlDsa: 0x1d,
} as const

export const ckk = {
  rsa: 0x0,
  ec: 0x3,
  generic: 0x10,
  aes: 0x1f,
  sha256Hmac: 0x2b,
  edwards: 0x40,
  mlDsa: 0x4a,
} as const
export const cko = {publicKey: 2, privateKey: 3, secretKey: 4} as const
export const mgf = {sha1: 1, sha256: 2, sha384: 3, sha512: 4} as const

export const cka = {
  class: 0x0,
  token: 0x1,
  private: 0x2,
  label: 0x3,
  value: 0x11,
  keyType: 0x100,
  id: 0x102,
  sensitive: 0x103,
  encrypt: 0x104,
  decrypt: 0x105,
  wrap: 0x106,
  unwrap: 0x107,
  sign: 0x108,
  signRecover: 0x109,
  verify: 0x10a,
  verifyRecover: 0x10b,
  derive: 0x10c,
  endDate: 0x111,
  modulus: 0x120,
  modulusBits: 0x121,
  publicExponent: 0x122,
  valueLen: 0x161,
  extractable: 0x162,
  local: 0x163,
  neverExtractable: 0x164,
  alwaysSensitive: 0x165,
  modifiable: 0x170,
  ecParams: 0x180,
  ecPoint: 0x181,
  alwaysAuthenticate: 0x202,
  parameterSet: 0x61d,
} as const

/** Flags of a token (section 4.5) and of a mechanism. */
export const ckf = {
  hardware: 0x1,
  loginRequired: 0x4,
  userPinInitialized: 0x8,
  protectedPath: 0x100,
  tokenInitialized: 0x400,
  pinCountLow: 0x1_0000,
  pinFinalTry: 0x2_0000,
  pinLocked: 0x4_0000,
  pinToBeChanged: 0x8_0000,
} as const

/** Flags of a mechanism: what it is there for (section 4.5, `CK_MECHANISM_INFO`). */
export const ckfUse = {sign: 0x800, generate: 0x8000, generatePair: 0x1_0000} as const
/** `CKF_ENCRYPT` to `CKF_DERIVE`: where none is set, the token says nothing of uses. */
export const anyUse = 0xf_ff00
