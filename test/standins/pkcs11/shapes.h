/*
 * What other modules answer in another shape than SoftHSM2: laid over the calls of module.c, which it asks.
 * One change a line, in the same file:
 *   version MAJOR MINOR  of PKCS#11, in the list of calls and in C_GetInfo
 *   odd-info             C_GetInfo has no words: bytes that are no UTF-8, and control characters
 *   maker NAME           whose token and module it says it is
 *   in-hardware          every mechanism is said to be done in hardware
 *   zeros                names of the token end with a zero, and rubbish lies behind it
 *   flags-on N           flags of the token that it has besides
 *   flags-off N          flags of the token that it has not
 *   no-locks             C_Initialize takes no flags
 *   started              C_Initialize says that it was done before
 *   ghost                another slot in the list, whose token cannot be asked
 *   twin                 every slot twice in the list
 *   one-session          there is one session for everybody
 *   keypad PIN           C_Login takes no PIN: somebody types this one
 *   strict               and none is NULL, not one of no bytes
 *   open PIN             C_Login is no call it has: whoever opens a session is logged in
 *   lacks N              no object has that attribute
 *   unavailable N        every object has it, says yes, and does not give it
 *   bit-points           points of curves in a BIT STRING
 *   long-modulus         moduli with a zero before them
 *   named-curves         curves by name
 *   odd-curves           curves by nothing that anybody knows
 *   no-half              no object of the public half of a pair that it made
 *   short-labels N       labels are cut to so many bytes
 *   own-iv               chooses the IV of AES-GCM itself, and writes it over the one that it was given
 *   off-as N             a key whose use is switched off signs and verifies nothing with that number, and not with 0x68
 *   der-signatures       ECDSA as a SEQUENCE of two INTEGERs
 */
static CK_FUNCTION_LIST under;

static long number(const char *words, long without) {
  char rest[64];
  return line(words, rest, sizeof rest, 0) ? strtol(rest, NULL, 0) : without;
}

static CK_RV shapedInitialize(CK_VOID_PTR args) {
  CK_RV said;
  if (instead("C_Initialize", &said)) return said;
  if (line("no-locks", NULL, 0, 0) && args != NULL && ((CK_C_INITIALIZE_ARGS_PTR)args)->flags) return CKR_CANT_LOCK;
  said = under.C_Initialize(args);
  return said == CKR_OK && line("started", NULL, 0, 0) ? CKR_CRYPTOKI_ALREADY_INITIALIZED : said;
}

static void padded(CK_UTF8CHAR *field, size_t size, const char *words) {
  memset(field, ' ', size);
  memcpy(field, words, strlen(words) < size ? strlen(words) : size);
}

static CK_RV shapedInfo(CK_INFO_PTR info) {
  char rest[64];
  int major, minor;
  CK_RV said;
  if (instead("C_GetInfo", &said)) return said;
  said = under.C_GetInfo(info);
  if (line("version", rest, sizeof rest, 0) && sscanf(rest, "%d %d", &major, &minor) == 2)
    info->cryptokiVersion.major = major, info->cryptokiVersion.minor = minor;
  if (line("odd-info", NULL, 0, 0)) {
    memset(info->manufacturerID, 0xff, sizeof info->manufacturerID);
    memset(info->libraryDescription, 0x1b, sizeof info->libraryDescription);
    memset(&info->libraryVersion, 0xff, sizeof info->libraryVersion);
  }
  if (line("maker", rest, sizeof rest, 0)) padded(info->manufacturerID, sizeof info->manufacturerID, rest);
  return said;
}

#define GHOST 0x5005UL

static CK_RV shapedSlots(CK_BBOOL present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count) {
  CK_SLOT_ID all[64];
  CK_ULONG had = 32, room = *count;
  CK_RV said = under.C_GetSlotList(present, all, &had);
  if (said != CKR_OK) return said;
  if (line("twin", NULL, 0, 0)) memcpy(all + had, all, had * sizeof *all), had *= 2;
  if (line("ghost", NULL, 0, 0)) memmove(all + 1, all, had * sizeof *all), all[0] = GHOST, had++;
  *count = had;
  if (list == NULL) return CKR_OK;
  if (room < had) return CKR_BUFFER_TOO_SMALL;
  memcpy(list, all, had * sizeof *all);
  return CKR_OK;
}

static void rubbish(CK_UTF8CHAR *field, size_t size) {
  size_t end = size;
  while (end > 0 && (field[end - 1] == ' ' || field[end - 1] == 0)) end--;
  if (end == 0) return;
  for (size_t at = end; at < size; at++) field[at] = at == end ? 0 : (CK_UTF8CHAR)('a' + rand() % 26);
}

static CK_RV shapedToken(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  CK_RV said;
  char maker[64];
  if (slot == GHOST) return CKR_TOKEN_NOT_RECOGNIZED;
  said = under.C_GetTokenInfo(slot, info);
  if (said != CKR_OK) return said;
  info->flags |= (CK_FLAGS)number("flags-on", 0);
  info->flags &= ~(CK_FLAGS)number("flags-off", 0);
  if (line("maker", maker, sizeof maker, 0)) {
    padded(info->manufacturerID, sizeof info->manufacturerID, maker);
    padded(info->model, sizeof info->model, "M1");
  }
  if (line("zeros", NULL, 0, 0)) {
    rubbish(info->label, sizeof info->label);
    rubbish(info->manufacturerID, sizeof info->manufacturerID);
    rubbish(info->model, sizeof info->model);
  }
  return CKR_OK;
}

static CK_RV shapedMechanism(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info) {
  CK_RV said;
  if (instead("C_GetMechanismInfo", &said)) return said;
  said = under.C_GetMechanismInfo(slot, type, info);
  if (said == CKR_OK && line("in-hardware", NULL, 0, 0)) info->flags |= CKF_HW;
  return said;
}

static int sessions;

static CK_RV shapedOpen(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR own, CK_NOTIFY told, CK_SESSION_HANDLE_PTR made) {
  char pin[64];
  CK_RV said;
  if (sessions > 0 && line("one-session", NULL, 0, 0)) return CKR_SESSION_COUNT;
  said = under.C_OpenSession(slot, flags, own, told, made);
  if (said == CKR_OK) sessions++;
  if (said == CKR_OK && line("open", pin, sizeof pin, 0)) real->C_Login(*made, CKU_USER, (CK_UTF8CHAR_PTR)pin, strlen(pin));
  return said;
}

static CK_RV shapedClose(CK_SESSION_HANDLE session) {
  CK_RV said = under.C_CloseSession(session);
  if (said == CKR_OK) sessions--;
  return said;
}

static CK_RV shapedLogin(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  char typed[64];
  CK_RV said;
  if (instead("C_Login", &said)) return said;
  if (line("open", NULL, 0, 0)) return CKR_FUNCTION_NOT_SUPPORTED;
  if (line("keypad", typed, sizeof typed, 0)) {
    if (length != 0 || (pin != NULL && line("strict", NULL, 0, 0))) return CKR_ARGUMENTS_BAD;
    return under.C_Login(session, user, (CK_UTF8CHAR_PTR)typed, strlen(typed));
  }
  return under.C_Login(session, user, pin, length);
}

/* What an attribute becomes; the length of it, or 0 where it stays. */
static CK_ULONG reshaped(CK_ATTRIBUTE_TYPE type, const CK_BYTE *had, CK_ULONG length, CK_BYTE *now) {
  if (type == CKA_MODULUS && line("long-modulus", NULL, 0, 0)) {
    now[0] = 0;
    memcpy(now + 1, had, length);
    return length + 1;
  }
  if (type == CKA_EC_POINT && length > 3 && had[0] == 4 && line("bit-points", NULL, 0, 0)) {
    CK_ULONG head = had[1] == 0x81 ? 3 : 2, point = length - head, at = 0;
    now[at++] = 3;
    if (point + 1 > 127) now[at++] = 0x81;
    now[at++] = (CK_BYTE)(point + 1);
    now[at++] = 0;
    memcpy(now + at, had + head, point);
    return at + point;
  }
  if (type == CKA_EC_PARAMS && line("odd-curves", NULL, 0, 0)) return memcpy(now, "\x13\x03odd", 5), 5;
  if (type == CKA_EC_PARAMS && length == 10 && had[9] == 7 && line("named-curves", NULL, 0, 0))
    return memcpy(now, "\x13\x0aprime256v1", 12), 12;
  if (type == CKA_LABEL) {
    long most = number("short-labels", 0);
    if (most > 0 && length > (CK_ULONG)most) return memcpy(now, had, most), most;
  }
  return 0;
}

static CK_RV shapedAttributes(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_PTR t, CK_ULONG n) {
  CK_BYTE had[8192], now[8193];
  if (n == 1 && listed("lacks", t[0].type)) return t[0].ulValueLen = ~0UL, CKR_ATTRIBUTE_TYPE_INVALID;
  if (n == 1 && listed("unavailable", t[0].type)) return t[0].ulValueLen = ~0UL, CKR_OK;
  if (n == 1) {
    CK_ATTRIBUTE whole = {t[0].type, had, sizeof had};
    CK_ULONG length = real->C_GetAttributeValue(s, o, &whole, 1) == CKR_OK ? reshaped(t[0].type, had, whole.ulValueLen, now) : 0;
    if (length > 0) {
      CK_ULONG room = t[0].ulValueLen;
      t[0].ulValueLen = length;
      if (t[0].pValue == NULL) return CKR_OK;
      if (room < length) return t[0].ulValueLen = ~0UL, CKR_BUFFER_TOO_SMALL;
      memcpy(t[0].pValue, now, length);
      return CKR_OK;
    }
  }
  return under.C_GetAttributeValue(s, o, t, n);
}

static CK_RV shapedPair(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_ATTRIBUTE_PTR a, CK_ULONG an, CK_ATTRIBUTE_PTR b,
                        CK_ULONG bn, CK_OBJECT_HANDLE_PTR ak, CK_OBJECT_HANDLE_PTR bk) {
  CK_RV said = under.C_GenerateKeyPair(s, m, a, an, b, bn, ak, bk);
  if (said == CKR_OK && line("no-half", NULL, 0, 0)) real->C_DestroyObject(s, *ak);
  return said;
}

static CK_RV shapedEncrypt(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE k) {
  if (m->mechanism == CKM_AES_GCM && line("own-iv", NULL, 0, 0)) {
    CK_GCM_PARAMS_PTR gcm = m->pParameter;
    for (CK_ULONG at = 0; at < gcm->ulIvLen; at++) gcm->pIv[at] = (CK_BYTE)rand();
  }
  return under.C_EncryptInit(s, m, k);
}

static CK_MECHANISM_TYPE signing;

static CK_RV offAs(CK_RV said) {
  return said == CKR_KEY_FUNCTION_NOT_PERMITTED ? (CK_RV)number("off-as", CKR_KEY_FUNCTION_NOT_PERMITTED) : said;
}

static CK_RV shapedSignInit(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE k) {
  signing = m->mechanism;
  return offAs(under.C_SignInit(s, m, k));
}

static CK_RV shapedVerifyInit(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE k) {
  return offAs(under.C_VerifyInit(s, m, k));
}

static CK_RV shapedSign(CK_SESSION_HANDLE s, CK_BYTE_PTR d, CK_ULONG n, CK_BYTE_PTR r, CK_ULONG_PTR l) {
  CK_RV said = under.C_Sign(s, d, n, r, l);
  CK_BYTE half[2][66];
  CK_ULONG size = *l / 2, at = 2;
  if (said != CKR_OK || r == NULL || signing != CKM_ECDSA || size > 66 || !line("der-signatures", NULL, 0, 0)) return said;
  memcpy(half[0], r, size), memcpy(half[1], r + size, size);
  for (int one = 0; one < 2; one++) {
    r[at++] = 2, r[at++] = (CK_BYTE)(size + 1), r[at++] = 0;
    memcpy(r + at, half[one], size), at += size;
  }
  r[0] = 0x30, r[1] = (CK_BYTE)(at - 2), *l = at;
  return CKR_OK;
}

static void shape(CK_FUNCTION_LIST_PTR list) {
  char rest[64];
  int major, minor;
  under = *list;
  if (line("version", rest, sizeof rest, 0) && sscanf(rest, "%d %d", &major, &minor) == 2)
    list->version.major = major, list->version.minor = minor;
  list->C_Initialize = shapedInitialize;
  list->C_GetInfo = shapedInfo;
  list->C_GetSlotList = shapedSlots;
  list->C_GetTokenInfo = shapedToken;
  list->C_GetMechanismInfo = shapedMechanism;
  list->C_OpenSession = shapedOpen;
  list->C_CloseSession = shapedClose;
  list->C_Login = shapedLogin;
  list->C_GetAttributeValue = shapedAttributes;
  list->C_GenerateKeyPair = shapedPair;
  list->C_EncryptInit = shapedEncrypt;
  list->C_SignInit = shapedSignInit;
  list->C_VerifyInit = shapedVerifyInit;
  list->C_Sign = shapedSign;
}
