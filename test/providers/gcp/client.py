"""Google's own client for Python asks the stand-in, and checks with `cryptography` what it answers. Prints one JSON object."""
import datetime, hashlib, json, sys
import grpc
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
print(json.dumps(said))
