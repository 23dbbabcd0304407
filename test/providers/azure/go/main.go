// Microsoft's own client for Go leads keys through their whole lives on the stand-in, and checks with Go's cryptography what it answers. Prints one JSON object.
//
//	main VAULT TOKEN-FILE CONTROL vault|hsm     SSL_CERT_FILE names whom it trusts
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
)

var (
	ctx    = context.Background()
	client *azkeys.Client
	said   = map[string]any{}
	isHSM  = os.Args[4] == "hsm"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// refused notes how the service refuses: status, code, and the code within.
func refused(name string, err error) {
	var answer *azcore.ResponseError
	if !errors.As(err, &answer) {
		said[name] = fmt.Sprint(err)
		return
	}
	var body struct {
		Error struct{ Innererror struct{ Code string } }
	}
	text := new(bytes.Buffer)
	must(text.ReadFrom(answer.RawResponse.Body))
	_ = json.Unmarshal(text.Bytes(), &body)
	said[name] = []any{answer.StatusCode, answer.ErrorCode, body.Error.Innererror.Code}
}

// soon asks again while a vault tells of what it is doing still.
func soon(ask func() error) {
	for try := 0; ; try++ {
		err := ask()
		if err == nil {
			return
		}
		if try > 100 {
			panic(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

type token struct{ text string }

func (one token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: one.text, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func kind(of azkeys.KeyType) *azkeys.KeyType {
	if isHSM {
		of += "-HSM"
	}
	return &of
}

func makeKey(name string, parameters azkeys.CreateKeyParameters) azkeys.KeyBundle {
	return must(client.CreateKey(ctx, name, parameters, nil)).KeyBundle
}

func halfOf(key *azkeys.JSONWebKey) any {
	number := func(bytes []byte) *big.Int { return new(big.Int).SetBytes(bytes) }
	if key.N != nil {
		return &rsa.PublicKey{N: number(key.N), E: int(number(key.E).Int64())}
	}
	return &ecdsa.PublicKey{Curve: elliptic.P256(), X: number(key.X), Y: number(key.Y)}
}

func forward(days int) {
	body := fmt.Sprintf(`{"forward":%d}`, days*86_400_000)
	must(http.Post(os.Args[3], "application/json", strings.NewReader(body))).Body.Close()
}

func main() {
	text := strings.TrimSpace(string(must(os.ReadFile(os.Args[2]))))
	retry := policy.RetryOptions{MaxRetries: -1}
	client = must(azkeys.NewClient(os.Args[1], token{text}, &azkeys.ClientOptions{
		ClientOptions:                        azcore.ClientOptions{Retry: retry},
		DisableChallengeResourceVerification: true,
	}))
	signing()
	encrypting()
	importing()
	states()
	rotating()
	ending()
	listing()
	if isHSM {
		ofHsm()
	}
	fmt.Println(string(must(json.Marshal(said))))
}

func signing() {
	digest := sha256.Sum256([]byte("message"))
	sign := func(name string, key azkeys.KeyBundle, algorithm azkeys.SignatureAlgorithm) []byte {
		answer := must(client.Sign(ctx, name, key.Key.KID.Version(), azkeys.SignParameters{Algorithm: &algorithm, Value: digest[:]}, nil))
		if *answer.KID != *key.Key.KID {
			panic("another version signed")
		}
		for _, one := range [][]byte{digest[:], bytes.Repeat([]byte{1}, 32)} {
			verified := must(client.Verify(ctx, name, key.Key.KID.Version(), azkeys.VerifyParameters{Algorithm: &algorithm, Digest: one, Signature: answer.Result}, nil))
			if *verified.Value != bytes.Equal(one, digest[:]) {
				panic("the service verifies otherwise")
			}
		}
		return answer.Result
	}
	ec := makeKey("go-ec", azkeys.CreateKeyParameters{Kty: kind("EC"), Curve: to.Ptr(azkeys.CurveNameP256), Tags: map[string]*string{"team": to.Ptr("go")}})
	pair := makeKey("go-rsa", azkeys.CreateKeyParameters{Kty: kind("RSA"), KeySize: to.Ptr(int32(2048))})
	said["made"] = []any{string(*ec.Key.Kty), *ec.Attributes.Enabled, *ec.Attributes.RecoverableDays, *ec.Attributes.RecoveryLevel, *ec.Attributes.HSMPlatform, *ec.Tags["team"], len(pair.Key.KeyOps)}
	signature := sign("go-ec", ec, azkeys.SignatureAlgorithmES256)
	half := halfOf(ec.Key).(*ecdsa.PublicKey)
	of := halfOf(pair.Key).(*rsa.PublicKey)
	said["signed"] = []any{
		ecdsa.Verify(half, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])),
		rsa.VerifyPSS(of, crypto.SHA256, digest[:], sign("go-rsa", pair, azkeys.SignatureAlgorithmPS256), &rsa.PSSOptions{SaltLength: 32}) == nil,
		rsa.VerifyPKCS1v15(of, crypto.SHA256, digest[:], sign("go-rsa", pair, azkeys.SignatureAlgorithmRS256)) == nil,
	}
	_, err := client.Sign(ctx, "go-ec", "", azkeys.SignParameters{Algorithm: to.Ptr(azkeys.SignatureAlgorithmRS256), Value: digest[:]}, nil)
	refused("wrong algorithm", err)
	_, err = client.Sign(ctx, "go-ec", "", azkeys.SignParameters{Algorithm: to.Ptr(azkeys.SignatureAlgorithmES256), Value: digest[:5]}, nil)
	refused("short digest", err)
	_, err = client.GetKey(ctx, "nothing", "", nil)
	refused("unknown", err)
	_, err = client.CreateKey(ctx, "go-none", azkeys.CreateKeyParameters{}, nil)
	refused("no type", err)
	_, err = client.CreateKey(ctx, "go-oct", azkeys.CreateKeyParameters{Kty: to.Ptr(azkeys.KeyTypeOct)}, nil)
	refused("oct in software", err)
}

func encrypting() {
	key := must(client.GetKey(ctx, "go-rsa", "", nil))
	oaep := azkeys.EncryptionAlgorithmRSAOAEP256
	shut := must(rsa.EncryptOAEP(sha256.New(), rand.Reader, halfOf(key.Key).(*rsa.PublicKey), []byte("text"), nil))
	opened := must(client.Decrypt(ctx, "go-rsa", "", azkeys.KeyOperationParameters{Algorithm: &oaep, Value: shut}, nil))
	there := must(client.Encrypt(ctx, "go-rsa", "", azkeys.KeyOperationParameters{Algorithm: &oaep, Value: []byte("there")}, nil))
	back := must(client.Decrypt(ctx, "go-rsa", "", azkeys.KeyOperationParameters{Algorithm: &oaep, Value: there.Result}, nil))
	wrapped := must(client.WrapKey(ctx, "go-rsa", "", azkeys.KeyOperationParameters{Algorithm: &oaep, Value: bytes.Repeat([]byte{7}, 32)}, nil))
	unwrapped := must(client.UnwrapKey(ctx, "go-rsa", "", azkeys.KeyOperationParameters{Algorithm: &oaep, Value: wrapped.Result}, nil))
	said["opened"] = []any{string(opened.Result), string(back.Result), len(unwrapped.Result)}
	_, err := client.Decrypt(ctx, "go-rsa", "", azkeys.KeyOperationParameters{Algorithm: &oaep, Value: []byte("nothing")}, nil)
	refused("no ciphertext", err)
}

func importing() {
	own := must(rsa.GenerateKey(rand.Reader, 2048))
	jwk := &azkeys.JSONWebKey{
		Kty: to.Ptr(azkeys.KeyTypeRSA), N: own.N.Bytes(), E: big.NewInt(int64(own.E)).Bytes(), D: own.D.Bytes(),
		P: own.Primes[0].Bytes(), Q: own.Primes[1].Bytes(), DP: own.Precomputed.Dp.Bytes(), DQ: own.Precomputed.Dq.Bytes(), QI: own.Precomputed.Qinv.Bytes(),
		KeyOps: []*azkeys.KeyOperation{to.Ptr(azkeys.KeyOperationSign), to.Ptr(azkeys.KeyOperationVerify)},
	}
	brought := must(client.ImportKey(ctx, "go-brought", azkeys.ImportKeyParameters{Key: jwk, HSM: to.Ptr(isHSM)}, nil))
	digest := sha256.Sum256([]byte("message"))
	signed := must(client.Sign(ctx, "go-brought", brought.Key.KID.Version(), azkeys.SignParameters{Algorithm: to.Ptr(azkeys.SignatureAlgorithmRS256), Value: digest[:]}, nil))
	said["brought"] = []any{string(*brought.Key.Kty), len(brought.Key.D), rsa.VerifyPKCS1v15(&own.PublicKey, crypto.SHA256, digest[:], signed.Result) == nil}
	again := must(client.ImportKey(ctx, "go-brought", azkeys.ImportKeyParameters{Key: jwk, HSM: to.Ptr(isHSM)}, nil))
	said["brought again"] = again.Key.KID.Version() != brought.Key.KID.Version()
}

func states() {
	digest := sha256.Sum256([]byte("message"))
	use := func() error {
		_, err := client.Sign(ctx, "go-ec", "", azkeys.SignParameters{Algorithm: to.Ptr(azkeys.SignatureAlgorithmES256), Value: digest[:]}, nil)
		return err
	}
	set := func(parameters azkeys.UpdateKeyParameters) azkeys.KeyBundle {
		return must(client.UpdateKey(ctx, "go-ec", "", parameters, nil)).KeyBundle
	}
	set(azkeys.UpdateKeyParameters{KeyAttributes: &azkeys.KeyAttributes{Enabled: to.Ptr(false)}})
	refused("disabled", use())
	said["told while disabled"] = *must(client.GetKey(ctx, "go-ec", "", nil)).Attributes.Enabled
	kept := set(azkeys.UpdateKeyParameters{KeyAttributes: &azkeys.KeyAttributes{Enabled: to.Ptr(true)}})
	said["kept"] = *kept.Tags["team"]
	set(azkeys.UpdateKeyParameters{KeyOps: []*azkeys.KeyOperation{to.Ptr(azkeys.KeyOperationVerify)}})
	refused("not its operation", use())
	set(azkeys.UpdateKeyParameters{KeyOps: []*azkeys.KeyOperation{to.Ptr(azkeys.KeyOperationSign), to.Ptr(azkeys.KeyOperationVerify)}})
	later := time.Now().Add(24 * time.Hour).Truncate(time.Second)
	dated := set(azkeys.UpdateKeyParameters{KeyAttributes: &azkeys.KeyAttributes{NotBefore: &later}})
	said["dated"] = dated.Attributes.NotBefore.Equal(later)
	refused("too early", use())
	forward(2)
	said["in time"] = use() == nil
}

func rotating() {
	actions := []*azkeys.LifetimeAction{{Action: &azkeys.LifetimeActionType{Type: to.Ptr(azkeys.KeyRotationPolicyActionRotate)}, Trigger: &azkeys.LifetimeActionTrigger{TimeBeforeExpiry: to.Ptr("P30D")}}}
	policy := must(client.UpdateKeyRotationPolicy(ctx, "go-rsa", azkeys.KeyRotationPolicy{LifetimeActions: actions, Attributes: &azkeys.KeyRotationPolicyAttributes{ExpiryTime: to.Ptr("P90D")}}, nil))
	names := []string{}
	for _, one := range policy.LifetimeActions {
		names = append(names, strings.ToLower(string(*one.Action.Type)))
	}
	said["policy"] = []any{names, *policy.Attributes.ExpiryTime, policy.ID != nil}
	first := must(client.GetKey(ctx, "go-rsa", "", nil))
	rotated := must(client.RotateKey(ctx, "go-rsa", nil))
	said["rotated"] = []any{rotated.Key.KID.Version() != first.Key.KID.Version(), rotated.Attributes.Expires != nil, string(*rotated.Key.Kty)}
	forward(61)
	byItself := must(client.GetKey(ctx, "go-rsa", "", nil))
	said["rotated by itself"] = byItself.Key.KID.Version() != rotated.Key.KID.Version()
}

func ending() {
	key := must(client.GetKey(ctx, "go-ec", "", nil))
	backup := must(client.BackupKey(ctx, "go-ec", nil)).Value
	_, err := client.RestoreKey(ctx, azkeys.RestoreKeyParameters{KeyBackup: backup}, nil)
	refused("restored over it", err)
	gone := must(client.DeleteKey(ctx, "go-ec", nil))
	said["deleted"] = []any{gone.ScheduledPurgeDate.Sub(*gone.DeletedDate).Hours() / 24, gone.RecoveryID != nil}
	_, err = client.GetKey(ctx, "go-ec", "", nil)
	refused("deleted and asked", err)
	soon(func() error { _, err := client.GetDeletedKey(ctx, "go-ec", nil); return err })
	_, err = client.CreateKey(ctx, "go-ec", azkeys.CreateKeyParameters{Kty: kind("EC")}, nil)
	refused("name taken", err)
	back := must(client.RecoverDeletedKey(ctx, "go-ec", nil))
	soon(func() error { _, err := client.GetKey(ctx, "go-ec", "", nil); return err })
	said["recovered"] = *back.Key.KID == *key.Key.KID
	must(client.DeleteKey(ctx, "go-ec", nil))
	soon(func() error { _, err := client.GetDeletedKey(ctx, "go-ec", nil); return err })
	must(client.PurgeDeletedKey(ctx, "go-ec", nil))
	var restored azkeys.RestoreKeyResponse
	soon(func() (err error) {
		restored, err = client.RestoreKey(ctx, azkeys.RestoreKeyParameters{KeyBackup: backup}, nil)
		return err
	})
	said["restored"] = *restored.Key.KID == *key.Key.KID
	_, err = client.RestoreKey(ctx, azkeys.RestoreKeyParameters{KeyBackup: []byte("nothing")}, nil)
	refused("no backup", err)
	makeKey("go-gone", azkeys.CreateKeyParameters{Kty: kind("EC")})
	must(client.DeleteKey(ctx, "go-gone", nil))
	forward(91)
	_, err = client.GetDeletedKey(ctx, "go-gone", nil)
	refused("purged in time", err)
}

func listing() {
	for at := 0; at < 27; at++ {
		makeKey("go-many", azkeys.CreateKeyParameters{Kty: kind("EC")})
	}
	versions, pages := 0, 0
	for pager := client.NewListKeyPropertiesVersionsPager("go-many", nil); pager.More(); pages++ {
		versions += len(must(pager.NextPage(ctx)).Value)
	}
	said["versions"] = []any{versions, pages}
	names := []string{}
	for pager := client.NewListKeyPropertiesPager(nil); pager.More(); {
		for _, one := range must(pager.NextPage(ctx)).Value {
			names = append(names, one.KID.Name()+one.KID.Version())
		}
	}
	slices.Sort(names)
	said["names"] = names
	makeKey("go-end", azkeys.CreateKeyParameters{Kty: kind("EC")})
	must(client.DeleteKey(ctx, "go-end", nil))
	soon(func() error { _, err := client.GetDeletedKey(ctx, "go-end", nil); return err })
	deleted := []string{}
	for pager := client.NewListDeletedKeyPropertiesPager(nil); pager.More(); {
		for _, one := range must(pager.NextPage(ctx)).Value {
			deleted = append(deleted, one.KID.Name())
		}
	}
	said["deleted names"] = deleted
}

func ofHsm() {
	said["random"] = len(must(client.GetRandomBytes(ctx, azkeys.GetRandomBytesParameters{Count: to.Ptr(int32(32))}, nil)).Value)
	makeKey("go-aes", azkeys.CreateKeyParameters{Kty: to.Ptr(azkeys.KeyTypeOctHSM), KeySize: to.Ptr(int32(256))})
	gcm := azkeys.EncryptionAlgorithmA256GCM
	shut := must(client.Encrypt(ctx, "go-aes", "", azkeys.KeyOperationParameters{Algorithm: &gcm, Value: []byte("text"), AdditionalAuthenticatedData: []byte("about")}, nil))
	open := func(about string) (azkeys.DecryptResponse, error) {
		return client.Decrypt(ctx, "go-aes", "", azkeys.KeyOperationParameters{Algorithm: &gcm, Value: shut.Result, IV: shut.IV, AuthenticationTag: shut.AuthenticationTag, AdditionalAuthenticatedData: []byte(about)}, nil)
	}
	said["aes"] = string(must(open("about")).Result)
	_, err := open("else")
	refused("other context", err)
	// With its version: without one this client asks for a version called attestation.
	version := must(client.GetKey(ctx, "go-rsa", "", nil)).Key.KID.Version()
	attested := must(client.GetKeyAttestation(ctx, "go-rsa", version, nil)).Attributes.Attestation
	said["attested"] = []bool{len(attested.PublicKeyAttestation) > 0, len(attested.PrivateKeyAttestation) > 0, len(attested.CertificatePEMFile) > 0}
}
