// Google's own client for Go leads keys through their whole lives on the stand-in, and checks with Go's cryptography what it answers. Prints one JSON object.
//
//	main ENDPOINT RING CREDENTIALS CONTROL     SSL_CERT_FILE names whom it trusts
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/aes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"net/http"
	"os"
	"strings"
	"time"

	"cloud.google.com/go/iam"
	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/googleapis/gax-go/v2/apierror"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

var (
	ctx    = context.Background()
	client *kms.KeyManagementClient
	ring   = os.Args[2]
	said   = map[string]any{}
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// crc is CRC32C, as every request and answer has it.
func crc(data []byte) *wrapperspb.Int64Value {
	return wrapperspb.Int64(int64(crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))))
}

func checked(name string, data []byte, sum *wrapperspb.Int64Value, verified ...bool) {
	for _, one := range verified {
		if !one {
			panic(name + ": a checksum was sent and not verified")
		}
	}
	if sum.GetValue() != crc(data).GetValue() {
		panic(name + ": the answer's checksum is wrong")
	}
}

// refused notes how the service refuses: code, text, and the violations of its details.
func refused(name string, err error) {
	got := []any{status.Code(err).String()}
	if err != nil {
		got = append(got, strings.ReplaceAll(status.Convert(err).Message(), ring, "RING"))
	}
	var api *apierror.APIError
	if errors.As(err, &api) {
		if failure := api.Details().PreconditionFailure; failure != nil {
			for _, one := range failure.Violations {
				got = append(got, one.Type, strings.ReplaceAll(one.Subject, ring, "RING"))
			}
		}
	}
	said[name] = got
}

func template(algorithm kmspb.CryptoKeyVersion_CryptoKeyVersionAlgorithm, level kmspb.ProtectionLevel) *kmspb.CryptoKeyVersionTemplate {
	return &kmspb.CryptoKeyVersionTemplate{Algorithm: algorithm, ProtectionLevel: level}
}

func make_(id string, key *kmspb.CryptoKey, skip bool) *kmspb.CryptoKey {
	return must(client.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{Parent: ring, CryptoKeyId: id, CryptoKey: key, SkipInitialVersionCreation: skip}))
}

// enabled waits for a version that is being made, as Google's own samples do.
func enabled(name string) *kmspb.CryptoKeyVersion {
	for {
		version := must(client.GetCryptoKeyVersion(ctx, &kmspb.GetCryptoKeyVersionRequest{Name: name}))
		if version.State != kmspb.CryptoKeyVersion_PENDING_GENERATION && version.State != kmspb.CryptoKeyVersion_PENDING_IMPORT {
			return version
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func publicOf(name string) any {
	answer := must(client.GetPublicKey(ctx, &kmspb.GetPublicKeyRequest{Name: name}))
	checked("public key", []byte(answer.Pem), answer.PemCrc32C)
	block, _ := pem.Decode([]byte(answer.Pem))
	return must(x509.ParsePKIXPublicKey(block.Bytes))
}

func set(name string, state kmspb.CryptoKeyVersion_CryptoKeyVersionState) error {
	_, err := client.UpdateCryptoKeyVersion(ctx, &kmspb.UpdateCryptoKeyVersionRequest{
		CryptoKeyVersion: &kmspb.CryptoKeyVersion{Name: name, State: state},
		UpdateMask:       &fieldmaskpb.FieldMask{Paths: []string{"state"}},
	})
	return err
}

func forward(days int) {
	body := fmt.Sprintf(`{"forward":%d}`, days*86_400_000)
	must(http.Post(os.Args[4], "application/json", strings.NewReader(body))).Body.Close()
}

const (
	software  = kmspb.ProtectionLevel_SOFTWARE
	hsm       = kmspb.ProtectionLevel_HSM
	symmetric = kmspb.CryptoKey_ENCRYPT_DECRYPT
	signs     = kmspb.CryptoKey_ASYMMETRIC_SIGN
)

func main() {
	client = must(kms.NewKeyManagementClient(ctx, option.WithEndpoint(os.Args[1]), option.WithCredentialsFile(os.Args[3])))
	defer client.Close()
	encrypting()
	signing()
	macAndRaw()
	importing()
	lives()
	listing()
	binding()
	fmt.Println(string(must(json.Marshal(said))))
}

func encrypting() {
	key := make_("go-aes", &kmspb.CryptoKey{Purpose: symmetric, Labels: map[string]string{"team": "go"}}, false)
	said["default"] = []any{key.Primary.Algorithm.String(), key.Primary.State.String(), key.DestroyScheduledDuration.GetSeconds() / 86400, key.GetVersionTemplate().ProtectionLevel.String()}
	text, about := []byte("text"), []byte("about")
	sealed := must(client.Encrypt(ctx, &kmspb.EncryptRequest{Name: key.Name, Plaintext: text, PlaintextCrc32C: crc(text), AdditionalAuthenticatedData: about, AdditionalAuthenticatedDataCrc32C: crc(about)}))
	checked("encrypt", sealed.Ciphertext, sealed.CiphertextCrc32C, sealed.VerifiedPlaintextCrc32C, sealed.VerifiedAdditionalAuthenticatedDataCrc32C)
	opened := must(client.Decrypt(ctx, &kmspb.DecryptRequest{Name: key.Name, Ciphertext: sealed.Ciphertext, CiphertextCrc32C: crc(sealed.Ciphertext), AdditionalAuthenticatedData: about, AdditionalAuthenticatedDataCrc32C: crc(about)}))
	checked("decrypt", opened.Plaintext, opened.PlaintextCrc32C)
	said["opened"] = []any{string(opened.Plaintext), opened.UsedPrimary, strings.TrimPrefix(sealed.Name, key.Name)}
	_, err := client.Decrypt(ctx, &kmspb.DecryptRequest{Name: key.Name, Ciphertext: sealed.Ciphertext})
	refused("other context", err)
	_, err = client.Encrypt(ctx, &kmspb.EncryptRequest{Name: key.Name, Plaintext: text, PlaintextCrc32C: wrapperspb.Int64(7)})
	said["bad checksum"] = status.Code(err).String()
	_, err = client.Encrypt(ctx, &kmspb.EncryptRequest{Name: key.Name, Plaintext: make([]byte, 65537)})
	said["too long"] = status.Code(err).String()

	// A second version is made, becomes primary, and what the first sealed still opens.
	second := must(client.CreateCryptoKeyVersion(ctx, &kmspb.CreateCryptoKeyVersionRequest{Parent: key.Name, CryptoKeyVersion: &kmspb.CryptoKeyVersion{}}))
	moved := must(client.UpdateCryptoKeyPrimaryVersion(ctx, &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: key.Name, CryptoKeyVersionId: "2"}))
	said["primary"] = moved.Primary.Name == second.Name
	still := must(client.Decrypt(ctx, &kmspb.DecryptRequest{Name: key.Name, Ciphertext: sealed.Ciphertext, AdditionalAuthenticatedData: about}))
	said["still opened"] = []any{string(still.Plaintext), still.UsedPrimary}

	// Rotation by itself: asked for with its time, acted on, taken away.
	ask := func(key *kmspb.CryptoKey, paths ...string) (*kmspb.CryptoKey, error) {
		return client.UpdateCryptoKey(ctx, &kmspb.UpdateCryptoKeyRequest{CryptoKey: key, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}})
	}
	period := &kmspb.CryptoKey_RotationPeriod{RotationPeriod: durationpb.New(48 * time.Hour)}
	next := timestamppb.New(time.Now().Add(24 * time.Hour))
	must(ask(&kmspb.CryptoKey{Name: key.Name, RotationSchedule: period, NextRotationTime: next}, "rotation_period", "next_rotation_time"))
	forward(2)
	rotated := must(client.GetCryptoKey(ctx, &kmspb.GetCryptoKeyRequest{Name: key.Name}))
	said["rotated"] = []any{strings.TrimPrefix(rotated.Primary.Name, key.Name), rotated.NextRotationTime.AsTime().Sub(next.AsTime()).Round(time.Microsecond).Hours(), rotated.Labels["team"]}
	off := must(ask(&kmspb.CryptoKey{Name: key.Name}, "rotation_period", "next_rotation_time"))
	said["off"] = []any{off.GetRotationPeriod() == nil, off.NextRotationTime == nil}
	_, err = ask(&kmspb.CryptoKey{Name: key.Name})
	said["no mask"] = status.Code(err).String()
	_, err = ask(&kmspb.CryptoKey{Name: key.Name, Purpose: signs}, "purpose")
	said["purpose is fixed"] = status.Code(err).String()
	refused("wrong purpose", func() error {
		_, err := client.AsymmetricSign(ctx, &kmspb.AsymmetricSignRequest{Name: second.Name, Data: text})
		return err
	}())
}

func signing() {
	digest := sha256.Sum256([]byte("message"))
	sign := func(name string, level kmspb.ProtectionLevel, algorithm kmspb.CryptoKeyVersion_CryptoKeyVersionAlgorithm) (string, []byte) {
		key := make_(name, &kmspb.CryptoKey{Purpose: signs, VersionTemplate: template(algorithm, level)}, false)
		first := enabled(key.Name + "/cryptoKeyVersions/1")
		request := &kmspb.AsymmetricSignRequest{Name: first.Name, Digest: &kmspb.Digest{Digest: &kmspb.Digest_Sha256{Sha256: digest[:]}}, DigestCrc32C: crc(digest[:])}
		if algorithm == kmspb.CryptoKeyVersion_EC_SIGN_ED25519 {
			request = &kmspb.AsymmetricSignRequest{Name: first.Name, Data: []byte("message"), DataCrc32C: crc([]byte("message"))}
		}
		answer := must(client.AsymmetricSign(ctx, request))
		checked("sign", answer.Signature, answer.SignatureCrc32C, answer.VerifiedDigestCrc32C || answer.VerifiedDataCrc32C, answer.Name == first.Name)
		return first.Name, answer.Signature
	}
	ec, signature := sign("go-ec", software, kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256)
	pss, ofPss := sign("go-pss", hsm, kmspb.CryptoKeyVersion_RSA_SIGN_PSS_2048_SHA256)
	pkcs, ofPkcs := sign("go-pkcs1", software, kmspb.CryptoKeyVersion_RSA_SIGN_PKCS1_2048_SHA256)
	ed, ofEd := sign("go-ed", software, kmspb.CryptoKeyVersion_EC_SIGN_ED25519)
	said["signed"] = []any{
		ecdsa.VerifyASN1(publicOf(ec).(*ecdsa.PublicKey), digest[:], signature),
		rsa.VerifyPSS(publicOf(pss).(*rsa.PublicKey), crypto.SHA256, digest[:], ofPss, &rsa.PSSOptions{SaltLength: 32}) == nil,
		rsa.VerifyPKCS1v15(publicOf(pkcs).(*rsa.PublicKey), crypto.SHA256, digest[:], ofPkcs) == nil,
		ed25519.Verify(publicOf(ed).(ed25519.PublicKey), []byte("message"), ofEd),
	}
	said["attested"] = enabled(pss).Attestation.GetFormat().String()
	decrypts := make_("go-oaep", &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ASYMMETRIC_DECRYPT, VersionTemplate: template(kmspb.CryptoKeyVersion_RSA_DECRYPT_OAEP_2048_SHA256, software)}, false)
	name := enabled(decrypts.Name + "/cryptoKeyVersions/1").Name
	shut := must(rsa.EncryptOAEP(sha256.New(), rand.Reader, publicOf(name).(*rsa.PublicKey), []byte("text"), nil))
	opened := must(client.AsymmetricDecrypt(ctx, &kmspb.AsymmetricDecryptRequest{Name: name, Ciphertext: shut, CiphertextCrc32C: crc(shut)}))
	checked("asymmetric decrypt", opened.Plaintext, opened.PlaintextCrc32C, opened.VerifiedCiphertextCrc32C)
	said["oaep"] = string(opened.Plaintext)
	_, err := client.AsymmetricDecrypt(ctx, &kmspb.AsymmetricDecryptRequest{Name: name, Ciphertext: []byte("nothing")})
	said["no ciphertext"] = status.Code(err).String()
	_, err = client.AsymmetricSign(ctx, &kmspb.AsymmetricSignRequest{Name: ec})
	said["nothing to sign"] = status.Code(err).String()
	_, err = client.GetPublicKey(ctx, &kmspb.GetPublicKeyRequest{Name: ring + "/cryptoKeys/go-aes/cryptoKeyVersions/1"})
	refused("no public half", err)
}

func macAndRaw() {
	mac := make_("go-mac", &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_MAC, VersionTemplate: template(kmspb.CryptoKeyVersion_HMAC_SHA256, software)}, false).Name + "/cryptoKeyVersions/1"
	data := []byte("message")
	tag := must(client.MacSign(ctx, &kmspb.MacSignRequest{Name: mac, Data: data, DataCrc32C: crc(data)}))
	checked("mac", tag.Mac, tag.MacCrc32C, tag.VerifiedDataCrc32C, tag.Name == mac)
	verify := func(data []byte) bool {
		answer := must(client.MacVerify(ctx, &kmspb.MacVerifyRequest{Name: mac, Data: data, DataCrc32C: crc(data), Mac: tag.Mac, MacCrc32C: crc(tag.Mac)}))
		return answer.Success && answer.VerifiedSuccessIntegrity
	}
	said["mac"] = []bool{verify(data), verify([]byte("another"))}
	_, err := client.MacVerify(ctx, &kmspb.MacVerifyRequest{Name: mac, Data: data, Mac: tag.Mac[:5]})
	said["short mac"] = status.Code(err).String()

	raw := make_("go-raw", &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_RAW_ENCRYPT_DECRYPT, VersionTemplate: template(kmspb.CryptoKeyVersion_AES_256_GCM, software)}, false).Name + "/cryptoKeyVersions/1"
	sealed := must(client.RawEncrypt(ctx, &kmspb.RawEncryptRequest{Name: raw, Plaintext: data, PlaintextCrc32C: crc(data)}))
	checked("raw", sealed.Ciphertext, sealed.CiphertextCrc32C, sealed.VerifiedPlaintextCrc32C)
	opened := must(client.RawDecrypt(ctx, &kmspb.RawDecryptRequest{Name: raw, Ciphertext: sealed.Ciphertext, InitializationVector: sealed.InitializationVector, TagLength: sealed.TagLength}))
	checked("raw", opened.Plaintext, opened.PlaintextCrc32C)
	said["raw"] = []any{string(opened.Plaintext), len(sealed.InitializationVector), sealed.TagLength}
	location, _, _ := strings.Cut(ring, "/keyRings/")
	random := must(client.GenerateRandomBytes(ctx, &kmspb.GenerateRandomBytesRequest{Location: location, LengthBytes: 32, ProtectionLevel: hsm}))
	checked("random", random.Data, random.DataCrc32C)
	said["random"] = len(random.Data)
}

// kwp wraps by RFC 5649 (AES-KWP), of which Go's library has nothing.
func kwp(kek, key []byte) []byte {
	block := must(aes.NewCipher(kek))
	a := binary.BigEndian.AppendUint32([]byte{0xa6, 0x59, 0x59, 0xa6}, uint32(len(key)))
	r := append([]byte{}, key...)
	for len(r)%8 != 0 {
		r = append(r, 0)
	}
	n := len(r) / 8
	for j := 0; j < 6; j++ {
		for i := 0; i < n; i++ {
			b := append(append([]byte{}, a...), r[i*8:i*8+8]...)
			block.Encrypt(b, b)
			a = append([]byte{}, b[:8]...)
			binary.BigEndian.PutUint64(a, binary.BigEndian.Uint64(a)^uint64(n*j+i+1))
			copy(r[i*8:], b[8:])
		}
	}
	return append(a, r...)
}

func jobOf(id string, method kmspb.ImportJob_ImportMethod) (*kmspb.ImportJob, *rsa.PublicKey) {
	job := must(client.CreateImportJob(ctx, &kmspb.CreateImportJobRequest{Parent: ring, ImportJobId: id, ImportJob: &kmspb.ImportJob{ProtectionLevel: software, ImportMethod: method}}))
	for job.State == kmspb.ImportJob_PENDING_GENERATION {
		job = must(client.GetImportJob(ctx, &kmspb.GetImportJobRequest{Name: job.Name}))
	}
	block, _ := pem.Decode([]byte(job.PublicKey.Pem))
	return job, must(x509.ParsePKIXPublicKey(block.Bytes)).(*rsa.PublicKey)
}

func importing() {
	job, half := jobOf("go-job", kmspb.ImportJob_RSA_OAEP_3072_SHA1_AES_256)
	said["job"] = []any{job.State.String(), job.ExpireTime.AsTime().Sub(job.CreateTime.AsTime()).Hours()}
	wrapped := func(hash hash.Hash, material []byte) []byte {
		ephemeral := make([]byte, 32)
		must(rand.Read(ephemeral))
		return append(must(rsa.EncryptOAEP(hash, rand.Reader, half, ephemeral, nil)), kwp(ephemeral, material)...)
	}
	bring := func(name string, algorithm kmspb.CryptoKeyVersion_CryptoKeyVersionAlgorithm, wrapped []byte) *kmspb.CryptoKeyVersion {
		version := must(client.ImportCryptoKeyVersion(ctx, &kmspb.ImportCryptoKeyVersionRequest{Parent: name, Algorithm: algorithm, ImportJob: job.Name, WrappedKey: wrapped}))
		return enabled(version.Name)
	}
	aes := make_("go-brought", &kmspb.CryptoKey{Purpose: symmetric, ImportOnly: true}, true)
	first := bring(aes.Name, kmspb.CryptoKeyVersion_GOOGLE_SYMMETRIC_ENCRYPTION, wrapped(sha1.New(), bytes.Repeat([]byte{7}, 32)))
	said["brought"] = []any{first.State.String(), first.ImportJob == job.Name, first.ImportTime != nil}
	_, err := client.CreateCryptoKeyVersion(ctx, &kmspb.CreateCryptoKeyVersionRequest{Parent: aes.Name, CryptoKeyVersion: &kmspb.CryptoKeyVersion{}})
	said["import only"] = status.Code(err).String()
	must(client.UpdateCryptoKeyPrimaryVersion(ctx, &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: aes.Name, CryptoKeyVersionId: "1"}))
	sealed := must(client.Encrypt(ctx, &kmspb.EncryptRequest{Name: aes.Name, Plaintext: []byte("text")}))
	said["brought and used"] = string(must(client.Decrypt(ctx, &kmspb.DecryptRequest{Name: aes.Name, Ciphertext: sealed.Ciphertext})).Plaintext)
	bad := bring(aes.Name, kmspb.CryptoKeyVersion_GOOGLE_SYMMETRIC_ENCRYPTION, bytes.Repeat([]byte{1}, 424))
	said["not brought"] = []any{bad.State.String(), bad.ImportFailureReason != ""}

	// By OAEP alone, into the same key.
	job, half = jobOf("go-plain", kmspb.ImportJob_RSA_OAEP_3072_SHA256)
	plain := must(rsa.EncryptOAEP(sha256.New(), rand.Reader, half, bytes.Repeat([]byte{8}, 32), nil))
	said["brought plainly"] = bring(aes.Name, kmspb.CryptoKeyVersion_GOOGLE_SYMMETRIC_ENCRYPTION, plain).State.String()

	job, half = jobOf("go-pairs", kmspb.ImportJob_RSA_OAEP_4096_SHA256_AES_256)
	own := must(rsa.GenerateKey(rand.Reader, 2048))
	pair := make_("go-pair", &kmspb.CryptoKey{Purpose: signs, VersionTemplate: template(kmspb.CryptoKeyVersion_RSA_SIGN_PKCS1_2048_SHA256, software)}, true)
	name := bring(pair.Name, kmspb.CryptoKeyVersion_RSA_SIGN_PKCS1_2048_SHA256, wrapped(sha256.New(), must(x509.MarshalPKCS8PrivateKey(own)))).Name
	said["brought pair"] = own.PublicKey.Equal(publicOf(name))
}

// lives leads a version through every state that it may have.
func lives() {
	key := make_("go-life", &kmspb.CryptoKey{Purpose: symmetric, DestroyScheduledDuration: durationpb.New(24 * time.Hour)}, false)
	first := key.Name + "/cryptoKeyVersions/1"
	use := func() error {
		_, err := client.Encrypt(ctx, &kmspb.EncryptRequest{Name: key.Name, Plaintext: []byte("x")})
		return err
	}
	must(0, set(first, kmspb.CryptoKeyVersion_DISABLED))
	refused("disabled", use())
	must(0, set(first, kmspb.CryptoKeyVersion_ENABLED))
	said["enabled"] = status.Code(use()).String()
	said["set destroyed"] = status.Code(set(first, kmspb.CryptoKeyVersion_DESTROYED)).String()
	gone := must(client.DestroyCryptoKeyVersion(ctx, &kmspb.DestroyCryptoKeyVersionRequest{Name: first}))
	said["scheduled"] = []any{gone.State.String(), gone.DestroyTime != nil, gone.DestroyEventTime == nil}
	refused("scheduled and used", use())
	refused("enabled while scheduled", set(first, kmspb.CryptoKeyVersion_ENABLED))
	_, err := client.DeleteCryptoKeyVersion(ctx, &kmspb.DeleteCryptoKeyVersionRequest{Name: first})
	said["deleted while scheduled"] = status.Code(err).String()
	back := must(client.RestoreCryptoKeyVersion(ctx, &kmspb.RestoreCryptoKeyVersionRequest{Name: first}))
	said["restored"] = []any{back.State.String(), back.DestroyTime == nil}
	_, err = client.RestoreCryptoKeyVersion(ctx, &kmspb.RestoreCryptoKeyVersionRequest{Name: first})
	said["restored twice"] = status.Code(err).String()
	must(client.DestroyCryptoKeyVersion(ctx, &kmspb.DestroyCryptoKeyVersionRequest{Name: first}))
	forward(2)
	dead := must(client.GetCryptoKeyVersion(ctx, &kmspb.GetCryptoKeyVersionRequest{Name: first}))
	said["destroyed"] = []any{dead.State.String(), dead.DestroyTime == nil, dead.DestroyEventTime != nil}
	_, err = client.DestroyCryptoKeyVersion(ctx, &kmspb.DestroyCryptoKeyVersionRequest{Name: first})
	refused("destroyed again", err)
	must(0, must(client.DeleteCryptoKeyVersion(ctx, &kmspb.DeleteCryptoKeyVersionRequest{Name: first})).Wait(ctx))
	_, err = client.GetCryptoKeyVersion(ctx, &kmspb.GetCryptoKeyVersionRequest{Name: first})
	refused("deleted", err)
	whole := must(client.DeleteCryptoKey(ctx, &kmspb.DeleteCryptoKeyRequest{Name: key.Name}))
	must(0, whole.Wait(ctx))
	left := must(client.GetRetiredResource(ctx, &kmspb.GetRetiredResourceRequest{Name: must(whole.Metadata()).RetiredResource}))
	said["retired"] = []any{left.OriginalResource == key.Name, left.DeleteTime != nil}
}

func listing() {
	for at := 0; at < 7; at++ {
		must(client.CreateCryptoKeyVersion(ctx, &kmspb.CreateCryptoKeyVersionRequest{Parent: ring + "/cryptoKeys/go-mac", CryptoKeyVersion: &kmspb.CryptoKeyVersion{}}))
	}
	versions := client.ListCryptoKeyVersions(ctx, &kmspb.ListCryptoKeyVersionsRequest{Parent: ring + "/cryptoKeys/go-mac", PageSize: 3})
	numbers := 0
	for {
		_, err := versions.Next()
		if err == iterator.Done {
			break
		}
		must(0, err)
		numbers++
	}
	said["pages"] = []any{numbers, versions.Response.(*kmspb.ListCryptoKeyVersionsResponse).TotalSize}
	keys := client.ListCryptoKeys(ctx, &kmspb.ListCryptoKeysRequest{Parent: ring, PageSize: 2})
	names := []string{}
	for {
		key, err := keys.Next()
		if err == iterator.Done {
			break
		}
		names = append(names, strings.TrimPrefix(must(key, err).Name, ring+"/cryptoKeys/"))
	}
	said["names"] = names
	labelled := client.ListCryptoKeys(ctx, &kmspb.ListCryptoKeysRequest{Parent: ring, Filter: "labels.team=go"})
	said["labelled"] = strings.TrimPrefix(must(labelled.Next()).Name, ring)
	_, err := client.GetCryptoKey(ctx, &kmspb.GetCryptoKeyRequest{Name: ring + "/cryptoKeys/nothing"})
	refused("missing", err)
	_, err = client.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{Parent: ring, CryptoKeyId: "go-aes", CryptoKey: &kmspb.CryptoKey{Purpose: symmetric}})
	refused("name twice", err)
	_, err = client.GetKeyRing(ctx, &kmspb.GetKeyRingRequest{Name: "nothing"})
	said["bad name"] = status.Code(err).String()
	_, err = client.ListCryptoKeys(ctx, &kmspb.ListCryptoKeysRequest{Parent: ring, PageToken: "nothing"}).Next()
	said["bad token"] = status.Code(err).String()
	location, _, _ := strings.Cut(ring, "/keyRings/")
	made := must(client.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{Parent: location, KeyRingId: "go-ring", KeyRing: &kmspb.KeyRing{}}))
	said["ring"] = strings.TrimPrefix(made.Name, location)
	_, err = client.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{Parent: location, KeyRingId: "go-ring", KeyRing: &kmspb.KeyRing{}})
	said["ring twice"] = status.Code(err).String()
}

func binding() {
	handle := client.ResourceIAM(ring + "/cryptoKeys/go-aes")
	policy := must(handle.Policy(ctx))
	const member, role = "serviceAccount:go@p.iam.gserviceaccount.com", iam.RoleName("roles/cloudkms.viewer")
	policy.Add(member, role)
	must(0, handle.SetPolicy(ctx, policy))
	said["bound"] = must(handle.Policy(ctx)).Members(role)
	said["stale"] = status.Code(handle.SetPolicy(ctx, policy)).String()
	said["may"] = must(handle.TestPermissions(ctx, []string{"cloudkms.cryptoKeys.get"}))
}
