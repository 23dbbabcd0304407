/*
 * ML-DSA for the stand-in: key pairs, and signatures over whole messages (FIPS 204, by the mechanisms 0x1c and 0x1d of PKCS#11 3.2).
 * A pair is carried by a pair of SoftHSM2 on the curve Ed25519, which has its attributes, its states and its sessions: the seed is
 * the digest of a signature by that pair, which is always the same one. The arithmetic is of the OpenSSL (3.5 or later) of the process
 * that loads this module, as Node has one. In a process without one there is no ML-DSA.
 * Beside the file of changes FILE.mldsa says of each: its CKA_ID, its parameter set, its public half, in hex.
 */
#define MLDSA_GEN 0x1cUL
#define MLDSA 0x1dUL
#define MLDSA_TYPE 0x4aUL
#define PARAMETER_SET 0x61dUL
#define EDWARDS_TYPE 0x40UL

typedef struct { const char *key; unsigned type; void *data; size_t size, back; } Param; /* OSSL_PARAM */
typedef struct { unsigned long set; CK_BYTE pub[2592]; size_t length; } MlDsa;

static const size_t mlDsaPublic[] = {0, 1312, 1952, 2592}, mlDsaSigned[] = {0, 2420, 3309, 4627};
static void *mlDsaPending;
static unsigned long mlDsaPendingSet;
static CK_SESSION_HANDLE mlDsaSession;

#define SSL(result, name, ...) ((result(*)(__VA_ARGS__))dlsym(RTLD_DEFAULT, #name))

static int mlDsaThere(void) {
  return line("mldsa", NULL, 0, 0) && dlsym(RTLD_DEFAULT, "EVP_PKEY_sign_message_init") != NULL;
}

static void hexOf(const CK_BYTE *bytes, size_t length, char *text) {
  for (size_t at = 0; at < length; at++) sprintf(text + 2 * at, "%02x", bytes[at]);
}

static FILE *mlDsaFile(const char *mode) {
  char path[512];
  snprintf(path, sizeof path, "%s.mldsa", getenv("PKCS11_STANDIN"));
  return fopen(path, mode);
}

/* Whether this object is carried for ML-DSA, and what it is then. */
static int mlDsaOf(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, MlDsa *found) {
  CK_BYTE id[64];
  CK_ULONG type = 0;
  CK_ATTRIBUTE asked[] = {{CKA_ID, id, sizeof id}, {CKA_KEY_TYPE, &type, sizeof type}};
  if (!line("mldsa", NULL, 0, 0)) return 0;
  if (real->C_GetAttributeValue(session, object, asked, 2) != CKR_OK || type != EDWARDS_TYPE) return 0;
  char wanted[129] = "", had[129], text[5200];
  hexOf(id, asked[0].ulValueLen, wanted);
  FILE *file = mlDsaFile("r");
  int is = 0;
  while (file && !is && fscanf(file, "%128s %lu %5199s", had, &found->set, text) == 3) {
    if (strcmp(had, wanted)) continue;
    found->length = strlen(text) / 2;
    for (size_t at = 0; at < found->length; at++) sscanf(text + 2 * at, "%2hhx", &found->pub[at]);
    is = 1;
  }
  if (file) fclose(file);
  return is;
}

/* The pair that the one in SoftHSM2 carries; NULL where that may not sign, with the reason. */
static void *mlDsaPair(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, unsigned long set, CK_RV *said) {
  static const char *names[] = {"", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"};
  CK_MECHANISM eddsa = {0x1057UL, NULL, 0};
  CK_BYTE signature[64], seed[32];
  CK_ULONG length = sizeof signature;
  unsigned size = sizeof seed;
  if ((*said = real->C_SignInit(session, &eddsa, object)) != CKR_OK) return NULL;
  if ((*said = real->C_Sign(session, (CK_BYTE_PTR) "stand-in", 8, signature, &length)) != CKR_OK) return NULL;
  *said = CKR_GENERAL_ERROR;
  if (set < 1 || set > 3) return *said = CKR_ATTRIBUTE_VALUE_INVALID, NULL;
  const void *sha256 = SSL(const void *, EVP_sha256, void)();
  if (SSL(int, EVP_Digest, const void *, size_t, CK_BYTE *, unsigned *, const void *, void *)(
          signature, length, seed, &size, sha256, NULL) != 1)
    return NULL;
  Param params[] = {{"seed", 5, seed, sizeof seed, 0}, {NULL, 0, NULL, 0, 0}};
  void *pair = NULL;
  void *context = SSL(void *, EVP_PKEY_CTX_new_from_name, void *, const char *, const char *)(NULL, names[set], NULL);
  if (context && SSL(int, EVP_PKEY_keygen_init, void *)(context) == 1 &&
      SSL(int, EVP_PKEY_CTX_set_params, void *, const Param *)(context, params) == 1 &&
      SSL(int, EVP_PKEY_generate, void *, void **)(context, &pair) == 1)
    *said = CKR_OK;
  SSL(void, EVP_PKEY_CTX_free, void *)(context);
  return pair;
}

static void mlDsaForget(void) {
  if (mlDsaPending) SSL(void, EVP_PKEY_free, void *)(mlDsaPending);
  mlDsaPending = NULL;
}

static CK_ATTRIBUTE *attributeOf(CK_ATTRIBUTE_PTR t, CK_ULONG n, CK_ATTRIBUTE_TYPE type) {
  for (CK_ULONG at = 0; at < n; at++)
    if (t[at].type == type) return &t[at];
  return NULL;
}

/* The same without what is ML-DSA's. */
static CK_ULONG carried(CK_ATTRIBUTE_PTR from, CK_ULONG n, CK_ATTRIBUTE_PTR to) {
  CK_ULONG kept = 0;
  for (CK_ULONG at = 0; at < n && kept < 30; at++)
    if (from[at].type != CKA_KEY_TYPE && from[at].type != PARAMETER_SET) to[kept++] = from[at];
  return kept;
}

static CK_RV mlDsaGenerate(CK_SESSION_HANDLE s, CK_ATTRIBUTE_PTR a, CK_ULONG an, CK_ATTRIBUTE_PTR b, CK_ULONG bn,
                           CK_OBJECT_HANDLE_PTR ak, CK_OBJECT_HANDLE_PTR bk) {
  CK_MECHANISM edwards = {0x1055UL, NULL, 0};
  CK_ATTRIBUTE shown[32], kept[32], *id = attributeOf(a, an, CKA_ID), *set = attributeOf(a, an, PARAMETER_SET);
  CK_ULONG shownCount = carried(a, an, shown), keptCount = carried(b, bn, kept);
  CK_BYTE curve[] = "\x13\x0c" "edwards25519", pub[2592];
  size_t length = sizeof pub;
  char text[5200];
  CK_RV said;
  if (id == NULL || set == NULL || id->ulValueLen > 64) return CKR_TEMPLATE_INCOMPLETE;
  shown[shownCount++] = (CK_ATTRIBUTE){CKA_EC_PARAMS, curve, 14};
  said = real->C_GenerateKeyPair(s, &edwards, shown, shownCount, kept, keptCount, ak, bk);
  if (said != CKR_OK) return said;
  unsigned long number = *(CK_ULONG *)set->pValue;
  void *pair = mlDsaPair(s, *bk, number, &said);
  if (pair && SSL(int, EVP_PKEY_get_raw_public_key, void *, CK_BYTE *, size_t *)(pair, pub, &length) != 1)
    said = CKR_GENERAL_ERROR;
  if (pair) SSL(void, EVP_PKEY_free, void *)(pair);
  if (said != CKR_OK) {
    real->C_DestroyObject(s, *ak), real->C_DestroyObject(s, *bk);
    return said;
  }
  FILE *file = mlDsaFile("a");
  if (file == NULL) return CKR_GENERAL_ERROR;
  hexOf(id->pValue, id->ulValueLen, text);
  fprintf(file, "%s %lu ", text, number);
  hexOf(pub, mlDsaPublic[number], text);
  fprintf(file, "%s\n", text);
  fclose(file);
  return CKR_OK;
}

static CK_RV mlDsaSignInit(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
  MlDsa found;
  CK_RV said = CKR_KEY_TYPE_INCONSISTENT;
  mlDsaForget();
  if (!mlDsaOf(session, object, &found)) return said;
  mlDsaPending = mlDsaPair(session, object, found.set, &said);
  mlDsaPendingSet = found.set, mlDsaSession = session;
  return said;
}

static CK_RV mlDsaSign(CK_BYTE_PTR data, CK_ULONG n, CK_BYTE_PTR result, CK_ULONG_PTR length) {
  size_t size = mlDsaSigned[mlDsaPendingSet];
  CK_ULONG room = *length;
  *length = size;
  if (result == NULL) return CKR_OK;
  if (room < size) return CKR_BUFFER_TOO_SMALL;
  void *context = SSL(void *, EVP_MD_CTX_new, void)();
  int good = SSL(int, EVP_DigestSignInit_ex, void *, void **, const char *, void *, const char *, void *, const Param *)(
                 context, NULL, NULL, NULL, NULL, mlDsaPending, NULL) == 1 &&
             SSL(int, EVP_DigestSign, void *, CK_BYTE *, size_t *, const CK_BYTE *, size_t)(context, result, &size, data, n) == 1;
  SSL(void, EVP_MD_CTX_free, void *)(context);
  mlDsaForget();
  return good ? CKR_OK : CKR_GENERAL_ERROR;
}

static MlDsa mlDsaChecked; /* of set 0 while nothing is verified */

static CK_RV mlDsaVerifyInit(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
  CK_MECHANISM eddsa = {0x1057UL, NULL, 0};
  CK_BYTE none[64] = {0};
  mlDsaChecked.set = 0;
  if (!mlDsaOf(session, object, &mlDsaChecked)) return CKR_KEY_TYPE_INCONSISTENT;
  CK_RV said = real->C_VerifyInit(session, &eddsa, object); /* whether it may */
  if (said == CKR_OK) real->C_Verify(session, none, sizeof none, none, sizeof none);
  else mlDsaChecked.set = 0;
  mlDsaSession = session;
  return said;
}

static CK_RV mlDsaVerify(CK_BYTE_PTR data, CK_ULONG n, CK_BYTE_PTR signature, CK_ULONG length) {
  static const char *names[] = {"", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"};
  void *half = SSL(void *, EVP_PKEY_new_raw_public_key_ex, void *, const char *, const char *, const CK_BYTE *, size_t)(
      NULL, names[mlDsaChecked.set], NULL, mlDsaChecked.pub, mlDsaChecked.length);
  void *context = SSL(void *, EVP_MD_CTX_new, void)();
  int good = half && SSL(int, EVP_DigestVerifyInit_ex, void *, void **, const char *, void *, const char *, void *, const Param *)(
                         context, NULL, NULL, NULL, NULL, half, NULL) == 1 &&
             SSL(int, EVP_DigestVerify, void *, const CK_BYTE *, size_t, const CK_BYTE *, size_t)(
                 context, signature, length, data, n) == 1;
  SSL(void, EVP_MD_CTX_free, void *)(context);
  if (half) SSL(void, EVP_PKEY_free, void *)(half);
  mlDsaChecked.set = 0;
  return good ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static void mlDsaPut(CK_ATTRIBUTE_PTR to, CK_ULONG room, const void *value, size_t length) {
  if (to->pValue == NULL || room >= length) to->ulValueLen = length;
  if (to->pValue != NULL && room >= length) memcpy(to->pValue, value, length);
}

/* What the object behind says of itself, and what it carries. */
static CK_RV mlDsaAttributes(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_PTR t, CK_ULONG n, CK_RV said,
                             const CK_ULONG *room) {
  MlDsa found;
  CK_ULONG type = MLDSA_TYPE, class = 0, made = MLDSA_GEN;
  CK_ATTRIBUTE asked = {CKA_CLASS, &class, sizeof class};
  int missing = 0;
  if (!mlDsaOf(s, o, &found) || real->C_GetAttributeValue(s, o, &asked, 1) != CKR_OK) return said;
  for (CK_ULONG at = 0; at < n; at++) {
    if (t[at].type == CKA_KEY_TYPE) mlDsaPut(&t[at], room[at], &type, sizeof type);
    if (t[at].type == CKA_KEY_GEN_MECHANISM) mlDsaPut(&t[at], room[at], &made, sizeof made);
    if (t[at].type == PARAMETER_SET) mlDsaPut(&t[at], room[at], &found.set, sizeof found.set);
    if (t[at].type == CKA_VALUE && class == CKO_PUBLIC_KEY) mlDsaPut(&t[at], room[at], found.pub, found.length);
    if (t[at].ulValueLen == (CK_ULONG)-1) missing = 1;
  }
  return missing || said != CKR_ATTRIBUTE_TYPE_INVALID ? said : CKR_OK;
}
