"""Google's own client for Python asks the stand-in, and checks with `cryptography` what it answers. Prints one JSON object."""
import base64, datetime, gzip, hashlib, json, sys
import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from google.api_core import exceptions
from google.auth import jwt
from google.auth.transport.grpc import AuthMetadataPlugin
from google.cloud import kms
from google.cloud.kms_v1.services.key_management_service.transports import KeyManagementServiceGrpcTransport
from google.iam.v1 import iam_policy_pb2
from google.protobuf import duration_pb2

endpoint, ring, ca, credentials = sys.argv[1:5]
signed = jwt.Credentials.from_service_account_file(credentials, audience='https://cloudkms.googleapis.com/')
channel = grpc.secure_channel(endpoint, grpc.composite_channel_credentials(
    grpc.ssl_channel_credentials(open(ca, 'rb').read()),
    grpc.metadata_call_credentials(AuthMetadataPlugin(signed, None))))
client = kms.KeyManagementServiceClient(transport=KeyManagementServiceGrpcTransport(channel=channel))
said = {}


def refused(name, call):
    try:
        call()
        said[name] = 'ok'
    except exceptions.GoogleAPICallError as error:
        said[name] = [type(error).__name__, error.message]


def make(name, purpose, algorithm, level=kms.ProtectionLevel.SOFTWARE, **more):
    return client.create_crypto_key(request={'parent': ring, 'crypto_key_id': name, 'crypto_key': {
        'purpose': purpose, 'version_template': {'algorithm': algorithm, 'protection_level': level}, **more}})


P, A, S = kms.CryptoKey.CryptoKeyPurpose, kms.CryptoKeyVersion.CryptoKeyVersionAlgorithm, kms.CryptoKeyVersion.CryptoKeyVersionState

# A key with what it has unless told, and what its primary is (T).
key = client.create_crypto_key(request={'parent': ring, 'crypto_key_id': 'py-aes', 'crypto_key': {'purpose': P.ENCRYPT_DECRYPT}})
said['defaults'] = [key.primary.name.rsplit('/', 1)[1], key.primary.state.name, key.primary.algorithm.name,
                    key.destroy_scheduled_duration.days if hasattr(key.destroy_scheduled_duration, 'days') else key.destroy_scheduled_duration.seconds // 86400]
sealed = client.encrypt(request={'name': key.name, 'plaintext': b'text', 'additional_authenticated_data': b'about'})
opened = client.decrypt(request={'name': key.name, 'ciphertext': sealed.ciphertext, 'additional_authenticated_data': b'about'})
said['opened'] = [opened.plaintext.decode(), opened.used_primary, sealed.name == key.primary.name]
refused('other context', lambda: client.decrypt(request={'name': key.name, 'ciphertext': sealed.ciphertext}))
refused('no ciphertext', lambda: client.decrypt(request={'name': key.name, 'ciphertext': b'nothing'}))
refused('bad checksum', lambda: client.encrypt(request={'name': key.name, 'plaintext': b'text', 'plaintext_crc32c': 7}))

# Signatures, verified by somebody else's code.
pair = make('py-ec', P.ASYMMETRIC_SIGN, A.EC_SIGN_P256_SHA256)
said['no primary'] = not pair.primary.name
first = pair.name + '/cryptoKeyVersions/1'
digest = hashlib.sha256(b'message').digest()
signature = client.asymmetric_sign(request={'name': first, 'digest': {'sha256': digest}}).signature
half = serialization.load_pem_public_key(client.get_public_key(request={'name': first}).pem.encode())
half.verify(signature, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
said['ecdsa'] = 'verified'
rsa = make('py-rsa', P.ASYMMETRIC_SIGN, A.RSA_SIGN_PSS_2048_SHA256, kms.ProtectionLevel.HSM)
one = rsa.name + '/cryptoKeyVersions/1'
signature = client.asymmetric_sign(request={'name': one, 'digest': {'sha256': digest}}).signature
half = serialization.load_pem_public_key(client.get_public_key(request={'name': one}).pem.encode())
half.verify(signature, b'message', padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
said['pss'] = 'verified'
said['attestation'] = client.get_crypto_key_version(request={'name': one}).attestation.format.name
refused('wrong digest', lambda: client.asymmetric_sign(request={'name': first, 'digest': {'sha512': hashlib.sha512(b'x').digest()}}))
refused('wrong purpose', lambda: client.encrypt(request={'name': pair.name, 'plaintext': b'x'}))

# States.
client.update_crypto_key_version(request={'crypto_key_version': {'name': first, 'state': S.DISABLED}, 'update_mask': {'paths': ['state']}})
refused('disabled', lambda: client.asymmetric_sign(request={'name': first, 'digest': {'sha256': digest}}))
refused('no such target', lambda: client.update_crypto_key_version(request={'crypto_key_version': {'name': first, 'state': S.DESTROYED}, 'update_mask': {'paths': ['state']}}))
gone = client.destroy_crypto_key_version(request={'name': first})
said['scheduled'] = [gone.state.name, round((gone.destroy_time - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 86400)]
refused('destroyed twice', lambda: client.destroy_crypto_key_version(request={'name': first}))
said['restored'] = client.restore_crypto_key_version(request={'name': first}).state.name

# Names, lists, rotation, permissions.
refused('name twice', lambda: make('py-ec', P.ASYMMETRIC_SIGN, A.EC_SIGN_P256_SHA256))
refused('bad id', lambda: make('&bar', P.ASYMMETRIC_SIGN, A.EC_SIGN_P256_SHA256))
refused('bad name', lambda: client.get_crypto_key(request={'name': 'payments'}))
refused('missing', lambda: client.get_crypto_key(request={'name': ring + '/cryptoKeys/nothing'}))
refused('no algorithm', lambda: make('py-none', P.ASYMMETRIC_SIGN, 0))
refused('not modelled', lambda: make('py-kem', P.KEY_ENCAPSULATION, A.ML_KEM_768))
for n in range(5):
    client.create_crypto_key_version(request={'parent': key.name, 'crypto_key_version': {}})
said['versions'] = [one.name.rsplit('/', 1)[1] for one in client.list_crypto_key_versions(request={'parent': key.name, 'page_size': 2})]
said['still primary'] = client.get_crypto_key(request={'name': key.name}).primary.name.rsplit('/', 1)[1]
said['new primary'] = client.update_crypto_key_primary_version(request={'name': key.name, 'crypto_key_version_id': '3'}).primary.name.rsplit('/', 1)[1]
refused('period alone', lambda: client.update_crypto_key(request={'crypto_key': {'name': key.name, 'rotation_period': duration_pb2.Duration(seconds=86400)}, 'update_mask': {'paths': ['rotation_period']}}))
said['may'] = list(client.test_iam_permissions(request=iam_policy_pb2.TestIamPermissionsRequest(resource=ring, permissions=['cloudkms.cryptoKeys.get'])).permissions)
said['listed'] = [one.name.rsplit('/', 1)[1] for one in client.list_crypto_keys(request={'parent': ring, 'page_size': 2})]

# Raw AES, random bytes, and what a service account may take away again.
raw = make('py-raw', P.RAW_ENCRYPT_DECRYPT, A.AES_256_GCM).name + '/cryptoKeyVersions/1'
sealed = client.raw_encrypt(request={'name': raw, 'plaintext': b'text', 'additional_authenticated_data': b'about'})
opened = client.raw_decrypt(request={'name': raw, 'ciphertext': sealed.ciphertext, 'initialization_vector': sealed.initialization_vector, 'additional_authenticated_data': b'about'})
said['raw'] = [opened.plaintext.decode(), len(sealed.initialization_vector), sealed.tag_length, sealed.name == raw]
refused('raw nonce', lambda: client.raw_encrypt(request={'name': raw, 'plaintext': b'x', 'initialization_vector': bytes(12)}))
location = ring.split('/keyRings/')[0]
some = client.generate_random_bytes(request={'location': location, 'length_bytes': 64, 'protection_level': kms.ProtectionLevel.HSM})
said['random'] = len(some.data)
refused('random of software', lambda: client.generate_random_bytes(request={'location': location, 'length_bytes': 64, 'protection_level': kms.ProtectionLevel.SOFTWARE}))

# The HSM's word, judged by the algorithm that Google publishes, written here anew: two chains, one card, one partition, one signature.
version = client.get_crypto_key_version(request={'name': one})
chains = version.attestation.cert_chains
load = lambda pem: x509.load_pem_x509_certificate(pem.encode())
vendor, card, part = [load(pem) for pem in chains.cavium_certs], load(chains.google_card_certs[0]), load(chains.google_partition_certs[0])
roots = json.loads(sys.argv[5])
maker, owner = [x509.load_der_x509_certificate(base64.b64decode(roots[who][0])) for who in ('makers', 'owners')]
def issued(issuer, cert):
    issuer.public_key().verify(cert.signature, cert.tbs_certificate_bytes, padding.PKCS1v15(), cert.signature_hash_algorithm)
    return issuer.subject == cert.issuer
statement = gzip.decompress(version.attestation.content)
halves = [cert.public_key().public_numbers() for cert in (*vendor, part, card)]
part.public_key().verify(statement[-256:], statement[:-256], padding.PKCS1v15(), hashes.SHA256())
said['hsm'] = [issued(maker, vendor[1]), issued(vendor[1], vendor[0]), issued(owner, card), issued(owner, part), halves[0] == halves[2], halves[1] == halves[3]]

# Policies with conditions, and what is deleted.
who = 'serviceAccount:ci@p.iam.gserviceaccount.com'
policy = client.get_iam_policy(request={'resource': key.name, 'options': {'requested_policy_version': 3}})
policy.bindings.add(role='roles/cloudkms.cryptoKeyEncrypter', members=[who])
client.set_iam_policy(request={'resource': key.name, 'policy': policy})
said['bound'] = [[b.role, list(b.members)] for b in client.get_iam_policy(request={'resource': key.name}).bindings]
refused('stale', lambda: client.set_iam_policy(request={'resource': key.name, 'policy': policy}))
empty = client.create_crypto_key(request={'parent': ring, 'crypto_key_id': 'py-empty', 'skip_initial_version_creation': True, 'crypto_key': {'purpose': P.ENCRYPT_DECRYPT}})
gone = client.delete_crypto_key(request={'name': empty.name})
gone.result()
left = list(client.list_retired_resources(request={'parent': location}))
said['retired'] = [one.original_resource.rsplit('/', 1)[1] for one in left] + [gone.metadata.retired_resource == left[0].name, client.get_retired_resource(request={'name': left[0].name}).original_resource == empty.name]
alive = 'state != DESTROYED AND state != DESTROY_SCHEDULED'
said['alive'] = len(list(client.list_crypto_key_versions(request={'parent': key.name, 'filter': alive})))
refused('delete what is alive', lambda: client.delete_crypto_key_version(request={'name': raw}))
print(json.dumps(said))
