/*
 * A stand-in for modules of other makers: SoftHSM2 behind it does the work, and this changes what it answers.
 * It is no HSM of anybody's: each change is one that some module is known, or permitted by PKCS#11, to have.
 *
 * PKCS11_STANDIN names a file, read anew at each call, with one change a line:
 *   module FILE          the module that does the work
 *   without N            no mechanism of that number (0x…), in the list and in use
 *   verifies N           a mechanism that signs nothing, by what is said of it
 *   claims N             a mechanism in the list that is not there
 *   as N M               a mechanism N in the list, done as M
 *   serial TEXT          of every token that was made ready
 *   empty-serial TEXT    of a slot whose token nobody made ready
 *   tries N              wrong PINs before it locks; counted in FILE.tries, beside this file
 *   end-date YYYYMMDD    the last day of every object's use, which it does not keep
 *   mldsa                makes and uses ML-DSA (mldsa.h)
 *   raw-points           points of keys without the OCTET STRING around them
 *   fail C_X N           that call answers N, and does nothing
 *   lie C_X              that call answers yes, and does nothing
 *   hang C_X             that call never answers
 *   die C_X N            after the Nth such call has done its work the process is gone
 * and what shapes.h and each.h say.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pkcs11.h"

static CK_FUNCTION_LIST_PTR real;
static CK_FUNCTION_LIST own, told;

/* The line of the file that begins with these words; what follows them goes into `rest`. */
static int line(const char *words, char *rest, size_t size, int at) {
  const char *path = getenv("PKCS11_STANDIN");
  FILE *file = path ? fopen(path, "r") : NULL;
  char text[512];
  size_t length = strlen(words);
  int found = 0;
  while (file && !found && fgets(text, sizeof text, file)) {
    text[strcspn(text, "\n")] = 0;
    if (strncmp(text, words, length) || (text[length] && text[length] != ' ')) continue;
    if (at-- > 0) continue;
    if (rest) snprintf(rest, size, "%s", text[length] ? text + length + 1 : "");
    found = 1;
  }
  if (file) fclose(file);
  return found;
}

/* Whether this call is not to be made: then `answer` is what it says. */
static int instead(const char *call, CK_RV *answer) {
  char words[128], rest[64];
  snprintf(words, sizeof words, "hang %s", call);
  while (line(words, NULL, 0, 0)) sleep(1);
  snprintf(words, sizeof words, "fail %s", call);
  if (line(words, rest, sizeof rest, 0)) return *answer = strtoul(rest, NULL, 0), 1;
  snprintf(words, sizeof words, "lie %s", call);
  if (line(words, NULL, 0, 0)) return *answer = CKR_OK, 1;
  return 0;
}

/* The work is done: is it told? */
static CK_RV done(const char *call, CK_RV answer) {
  static struct { const char *call; int count; } calls[32];
  char words[128], rest[64];
  int at = 0;
  while (calls[at].call && strcmp(calls[at].call, call)) at++;
  calls[at].call = call;
  calls[at].count++;
  snprintf(words, sizeof words, "die %s", call);
  if (line(words, rest, sizeof rest, 0) && calls[at].count >= atoi(rest)) kill(getpid(), SIGKILL);
  return answer;
}

static int listed(const char *words, CK_MECHANISM_TYPE type) {
  char rest[64];
  for (int at = 0; line(words, rest, sizeof rest, at); at++)
    if (strtoul(rest, NULL, 0) == type) return 1;
  return 0;
}

/* The number that the module behind knows; ~0 for one that is not to be there. */
static CK_MECHANISM_TYPE behind(CK_MECHANISM_TYPE type) {
  char rest[64], *end;
  if (listed("without", type)) return ~0UL;
  for (int at = 0; line("as", rest, sizeof rest, at); at++)
    if (strtoul(rest, &end, 0) == type) return strtoul(end, NULL, 0);
  return type;
}

#include "mldsa.h"

#define CALL(name, call)                       \
  do {                                         \
    CK_RV said;                                \
    if (instead(#name, &said)) return said;    \
    return done(#name, real->call);            \
  } while (0)

#define WITH(name, which, call)                                            \
  do {                                                                     \
    CK_MECHANISM other = *(which);                                         \
    other.mechanism = behind((which)->mechanism);                          \
    if (other.mechanism == ~0UL) return CKR_MECHANISM_INVALID;             \
    (which) = &other;                                                      \
    CALL(name, call);                                                      \
  } while (0)

static CK_RV getMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count) {
  CK_MECHANISM_TYPE all[512];
  CK_ULONG number = 512, kept = 0, room = *count;
  char rest[64];
  CK_RV said = real->C_GetMechanismList(slot, all, &number);
  if (said != CKR_OK) return said;
  for (CK_ULONG at = 0; at < number; at++)
    if (!listed("without", all[at])) all[kept++] = all[at];
  for (int at = 0; line("claims", rest, sizeof rest, at); at++) all[kept++] = strtoul(rest, NULL, 0);
  for (int at = 0; line("as", rest, sizeof rest, at); at++) all[kept++] = strtoul(rest, NULL, 0);
  if (mlDsaThere()) all[kept++] = MLDSA_GEN, all[kept++] = MLDSA;
  *count = kept;
  if (list == NULL) return CKR_OK;
  if (room < kept) return CKR_BUFFER_TOO_SMALL;
  memcpy(list, all, kept * sizeof *all);
  return CKR_OK;
}

static CK_RV getMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info) {
  memset(info, 0, sizeof *info);
  if (listed("claims", type)) return CKR_OK;
  if (mlDsaThere() && (type == MLDSA_GEN || type == MLDSA)) {
    info->flags = type == MLDSA ? CKF_SIGN | CKF_VERIFY : CKF_GENERATE_KEY_PAIR;
    return CKR_OK;
  }
  if (behind(type) == ~0UL) return CKR_MECHANISM_INVALID;
  CK_RV said = real->C_GetMechanismInfo(slot, behind(type), info);
  if (said == CKR_OK && listed("verifies", type)) info->flags &= ~(CK_FLAGS)CKF_SIGN;
  return said;
}

static char *triesFile(char *path, size_t size) {
  snprintf(path, size, "%s.tries", getenv("PKCS11_STANDIN"));
  return path;
}

static int triedWrongly(void) {
  char path[512];
  int count = 0;
  FILE *file = fopen(triesFile(path, sizeof path), "r");
  if (file && fscanf(file, "%d", &count) != 1) count = 0;
  if (file) fclose(file);
  return count;
}

static void tried(int count) {
  char path[512];
  FILE *file = fopen(triesFile(path, sizeof path), "w");
  if (file) fprintf(file, "%d", count), fclose(file);
}

static CK_RV getTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  char rest[64];
  CK_RV said;
  if (instead("C_GetTokenInfo", &said)) return said;
  said = real->C_GetTokenInfo(slot, info);
  if (said == CKR_OK && line(info->flags & CKF_TOKEN_INITIALIZED ? "serial" : "empty-serial", rest, sizeof rest, 0)) {
    memset(info->serialNumber, 0, sizeof info->serialNumber); /* some pad with NUL */
    memcpy(info->serialNumber, rest, strlen(rest));
  }
  if (said == CKR_OK && line("tries", rest, sizeof rest, 0)) {
    int left = atoi(rest) - triedWrongly();
    info->flags &= ~(CK_FLAGS)(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED);
    if (left < atoi(rest)) info->flags |= CKF_USER_PIN_COUNT_LOW;
    if (left == 1) info->flags |= CKF_USER_PIN_FINAL_TRY;
    if (left <= 0) info->flags |= CKF_USER_PIN_LOCKED;
  }
  return said;
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  char rest[64];
  int counts = line("tries", rest, sizeof rest, 0);
  CK_RV said;
  if (instead("C_Login", &said)) return said;
  if (counts && triedWrongly() >= atoi(rest)) return CKR_PIN_LOCKED;
  said = real->C_Login(session, user, pin, length);
  if (counts && said == CKR_PIN_INCORRECT) tried(triedWrongly() + 1);
  if (counts && said == CKR_OK) tried(0);
  return done("C_Login", said);
}

static CK_RV getAttributeValue(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_PTR t, CK_ULONG n) {
  CK_RV said;
  CK_ULONG room[64];
  if (instead("C_GetAttributeValue", &said)) return said;
  for (CK_ULONG at = 0; at < n && at < 64; at++) room[at] = t[at].ulValueLen;
  said = real->C_GetAttributeValue(s, o, t, n);
  if (n <= 64) said = mlDsaAttributes(s, o, t, n, said, room);
  if (said == CKR_OK && line("raw-points", NULL, 0, 0))
    for (CK_ULONG at = 0; at < n; at++) {
      CK_BYTE *bytes = t[at].pValue;
      CK_ULONG length = t[at].ulValueLen;
      if (t[at].type != CKA_EC_POINT || bytes == NULL || length < 3 || bytes[0] != 4) continue;
      CK_ULONG head = bytes[1] == 0x81 ? 3 : 2;
      if (bytes[head - 1] != length - head) continue;
      memmove(bytes, bytes + head, length - head);
      t[at].ulValueLen = length - head;
    }
  char day[64];
  if (line("end-date", day, sizeof day, 0) && n == 1 && t[0].type == CKA_END_DATE) {
    t[0].ulValueLen = 8;
    if (t[0].pValue != NULL) memcpy(t[0].pValue, day, 8);
    said = CKR_OK;
  }
  return done("C_GetAttributeValue", said);
}

static CK_RV openSession(CK_SLOT_ID a, CK_FLAGS b, CK_VOID_PTR c, CK_NOTIFY d, CK_SESSION_HANDLE_PTR e) {
  CALL(C_OpenSession, C_OpenSession(a, b, c, d, e));
}
static CK_RV findObjectsInit(CK_SESSION_HANDLE s, CK_ATTRIBUTE_PTR t, CK_ULONG n) {
  CALL(C_FindObjectsInit, C_FindObjectsInit(s, t, n));
}
static CK_RV setAttributeValue(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_PTR t, CK_ULONG n) {
  CALL(C_SetAttributeValue, C_SetAttributeValue(s, o, t, n));
}
static CK_RV createObject(CK_SESSION_HANDLE s, CK_ATTRIBUTE_PTR t, CK_ULONG n, CK_OBJECT_HANDLE_PTR o) {
  CALL(C_CreateObject, C_CreateObject(s, t, n, o));
}
static CK_RV destroyObject(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o) {
  CALL(C_DestroyObject, C_DestroyObject(s, o));
}
static CK_RV signInit(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE k) {
  CK_RV said;
  if (mlDsaThere() && m->mechanism == MLDSA) {
    if (instead("C_SignInit", &said)) return said;
    return done("C_SignInit", mlDsaSignInit(s, k));
  }
  WITH(C_SignInit, m, C_SignInit(s, m, k));
}
static CK_RV sign(CK_SESSION_HANDLE s, CK_BYTE_PTR d, CK_ULONG n, CK_BYTE_PTR r, CK_ULONG_PTR l) {
  CK_RV said;
  if (mlDsaPending && s == mlDsaSession) {
    if (instead("C_Sign", &said)) return said;
    return done("C_Sign", mlDsaSign(d, n, r, l));
  }
  CALL(C_Sign, C_Sign(s, d, n, r, l));
}
static CK_RV verifyInit(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE k) {
  if (mlDsaThere() && m->mechanism == MLDSA) return mlDsaVerifyInit(s, k);
  WITH(C_VerifyInit, m, C_VerifyInit(s, m, k));
}
static CK_RV verify(CK_SESSION_HANDLE s, CK_BYTE_PTR d, CK_ULONG n, CK_BYTE_PTR r, CK_ULONG l) {
  if (mlDsaChecked.set && s == mlDsaSession) return mlDsaVerify(d, n, r, l);
  CALL(C_Verify, C_Verify(s, d, n, r, l));
}
static CK_RV encryptInit(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE k) {
  WITH(C_EncryptInit, m, C_EncryptInit(s, m, k));
}
static CK_RV decryptInit(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE k) {
  WITH(C_DecryptInit, m, C_DecryptInit(s, m, k));
}
static CK_RV generateKey(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_ATTRIBUTE_PTR t, CK_ULONG n,
                         CK_OBJECT_HANDLE_PTR k) {
  WITH(C_GenerateKey, m, C_GenerateKey(s, m, t, n, k));
}
static CK_RV generateKeyPair(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_ATTRIBUTE_PTR a, CK_ULONG an,
                             CK_ATTRIBUTE_PTR b, CK_ULONG bn, CK_OBJECT_HANDLE_PTR ak, CK_OBJECT_HANDLE_PTR bk) {
  CK_RV said;
  if (mlDsaThere() && m->mechanism == MLDSA_GEN) {
    if (instead("C_GenerateKeyPair", &said)) return said;
    return done("C_GenerateKeyPair", mlDsaGenerate(s, a, an, b, bn, ak, bk));
  }
  WITH(C_GenerateKeyPair, m, C_GenerateKeyPair(s, m, a, an, b, bn, ak, bk));
}
static CK_RV wrapKey(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE w, CK_OBJECT_HANDLE k,
                     CK_BYTE_PTR r, CK_ULONG_PTR n) {
  WITH(C_WrapKey, m, C_WrapKey(s, m, w, k, r, n));
}
static CK_RV unwrapKey(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE w, CK_BYTE_PTR d, CK_ULONG dn,
                       CK_ATTRIBUTE_PTR t, CK_ULONG n, CK_OBJECT_HANDLE_PTR k) {
  WITH(C_UnwrapKey, m, C_UnwrapKey(s, m, w, d, dn, t, n, k));
}

#include "shapes.h"

/* What a test reads afterwards: beside the file, with this ending. */
static void noted(const char *ending, const char *form, int count, const char *call) {
  char path[512];
  snprintf(path, sizeof path, "%s.%s", getenv("PKCS11_STANDIN"), ending);
  FILE *file = fopen(path, "w");
  if (file) fprintf(file, form, count, call), fclose(file);
}

#include "each.h"

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  char file[512];
  CK_C_GetFunctionList get;
  void *module = line("module", file, sizeof file, 0) ? dlopen(file, RTLD_NOW | RTLD_LOCAL) : NULL;
  if (module == NULL) return CKR_GENERAL_ERROR;
  *(void **)(&get) = dlsym(module, "C_GetFunctionList");
  if (get == NULL || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
  own = *real;
  own.C_GetFunctionList = C_GetFunctionList;
  own.C_GetMechanismList = getMechanismList;
  own.C_GetMechanismInfo = getMechanismInfo;
  own.C_GetTokenInfo = getTokenInfo;
  own.C_OpenSession = openSession;
  own.C_Login = login;
  own.C_FindObjectsInit = findObjectsInit;
  own.C_GetAttributeValue = getAttributeValue;
  own.C_SetAttributeValue = setAttributeValue;
  own.C_CreateObject = createObject;
  own.C_DestroyObject = destroyObject;
  own.C_SignInit = signInit;
  own.C_Sign = sign;
  own.C_VerifyInit = verifyInit;
  own.C_Verify = verify;
  own.C_EncryptInit = encryptInit;
  own.C_DecryptInit = decryptInit;
  own.C_GenerateKey = generateKey;
  own.C_GenerateKeyPair = generateKeyPair;
  own.C_WrapKey = wrapKey;
  own.C_UnwrapKey = unwrapKey;
  shape(&own);
  countEach(&told);
  *list = &told;
  return CKR_OK;
}
