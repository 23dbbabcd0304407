/*
 * Every call that keyrite makes, counted in the order in which they come:
 *   die-at N             after the Nth call, whichever it is, has done its work the process is gone, and FILE.died says which it was
 *   count                FILE.count says how many there were in the process that called last
 */
static CK_RV each(const char *call, CK_RV answer) {
  static int count;
  char rest[64];
  count++;
  if (line("count", NULL, 0, 0)) noted("count", "%d", count, "");
  if (line("die-at", rest, sizeof rest, 0) && count == atoi(rest)) {
    noted("died", "%d %s", count, call);
    kill(getpid(), SIGKILL);
  }
  return answer;
}

#define EACH(name, params, args) \
  static CK_RV each##name params { return each(#name, own.name args); }
EACH(C_Initialize, (CK_VOID_PTR a), (a))
EACH(C_Finalize, (CK_VOID_PTR a), (a))
EACH(C_GetInfo, (CK_INFO_PTR a), (a))
EACH(C_GetSlotList, (CK_BBOOL a, CK_SLOT_ID_PTR b, CK_ULONG_PTR c), (a, b, c))
EACH(C_GetTokenInfo, (CK_SLOT_ID a, CK_TOKEN_INFO_PTR b), (a, b))
EACH(C_GetMechanismList, (CK_SLOT_ID a, CK_MECHANISM_TYPE_PTR b, CK_ULONG_PTR c), (a, b, c))
EACH(C_GetMechanismInfo, (CK_SLOT_ID a, CK_MECHANISM_TYPE b, CK_MECHANISM_INFO_PTR c), (a, b, c))
EACH(C_OpenSession,
     (CK_SLOT_ID a, CK_FLAGS b, CK_VOID_PTR c, CK_NOTIFY d, CK_SESSION_HANDLE_PTR e),
     (a, b, c, d, e))
EACH(C_CloseSession, (CK_SESSION_HANDLE a), (a))
EACH(C_CloseAllSessions, (CK_SLOT_ID a), (a))
EACH(C_Login, (CK_SESSION_HANDLE a, CK_USER_TYPE b, CK_UTF8CHAR_PTR c, CK_ULONG d), (a, b, c, d))
EACH(C_Logout, (CK_SESSION_HANDLE a), (a))
EACH(C_FindObjectsInit, (CK_SESSION_HANDLE a, CK_ATTRIBUTE_PTR b, CK_ULONG c), (a, b, c))
EACH(C_FindObjects, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE_PTR b, CK_ULONG c, CK_ULONG_PTR d), (a, b, c, d))
EACH(C_FindObjectsFinal, (CK_SESSION_HANDLE a), (a))
EACH(C_GetAttributeValue,
     (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE_PTR c, CK_ULONG d),
     (a, b, c, d))
EACH(C_SetAttributeValue,
     (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE_PTR c, CK_ULONG d),
     (a, b, c, d))
EACH(C_SignInit, (CK_SESSION_HANDLE a, CK_MECHANISM_PTR b, CK_OBJECT_HANDLE c), (a, b, c))
EACH(C_Sign, (CK_SESSION_HANDLE a, CK_BYTE_PTR b, CK_ULONG c, CK_BYTE_PTR d, CK_ULONG_PTR e), (a, b, c, d, e))
EACH(C_VerifyInit, (CK_SESSION_HANDLE a, CK_MECHANISM_PTR b, CK_OBJECT_HANDLE c), (a, b, c))
EACH(C_Verify, (CK_SESSION_HANDLE a, CK_BYTE_PTR b, CK_ULONG c, CK_BYTE_PTR d, CK_ULONG e), (a, b, c, d, e))
EACH(C_GenerateKeyPair,
     (CK_SESSION_HANDLE a, CK_MECHANISM_PTR b, CK_ATTRIBUTE_PTR c, CK_ULONG d, CK_ATTRIBUTE_PTR e, CK_ULONG f, CK_OBJECT_HANDLE_PTR g, CK_OBJECT_HANDLE_PTR h),
     (a, b, c, d, e, f, g, h))
EACH(C_WrapKey,
     (CK_SESSION_HANDLE a, CK_MECHANISM_PTR b, CK_OBJECT_HANDLE c, CK_OBJECT_HANDLE d, CK_BYTE_PTR e, CK_ULONG_PTR f),
     (a, b, c, d, e, f))
EACH(C_DestroyObject, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b), (a, b))
EACH(C_CreateObject,
     (CK_SESSION_HANDLE a, CK_ATTRIBUTE_PTR b, CK_ULONG c, CK_OBJECT_HANDLE_PTR d),
     (a, b, c, d))

static void countEach(CK_FUNCTION_LIST_PTR list) {
  *list = own;
  list->C_Initialize = eachC_Initialize;
  list->C_Finalize = eachC_Finalize;
  list->C_GetInfo = eachC_GetInfo;
  list->C_GetSlotList = eachC_GetSlotList;
  list->C_GetTokenInfo = eachC_GetTokenInfo;
  list->C_GetMechanismList = eachC_GetMechanismList;
  list->C_GetMechanismInfo = eachC_GetMechanismInfo;
  list->C_OpenSession = eachC_OpenSession;
  list->C_CloseSession = eachC_CloseSession;
  list->C_CloseAllSessions = eachC_CloseAllSessions;
  list->C_Login = eachC_Login;
  list->C_Logout = eachC_Logout;
  list->C_FindObjectsInit = eachC_FindObjectsInit;
  list->C_FindObjects = eachC_FindObjects;
  list->C_FindObjectsFinal = eachC_FindObjectsFinal;
  list->C_GetAttributeValue = eachC_GetAttributeValue;
  list->C_SetAttributeValue = eachC_SetAttributeValue;
  list->C_SignInit = eachC_SignInit;
  list->C_Sign = eachC_Sign;
  list->C_VerifyInit = eachC_VerifyInit;
  list->C_Verify = eachC_Verify;
  list->C_GenerateKeyPair = eachC_GenerateKeyPair;
  list->C_WrapKey = eachC_WrapKey;
  list->C_DestroyObject = eachC_DestroyObject;
  list->C_CreateObject = eachC_CreateObject;
}
