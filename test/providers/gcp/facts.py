"""What Google's client for Python says of a key: facts.py ENDPOINT CA CREDENTIALS KEY-PATH. Prints one JSON object."""
import json, sys
import grpc
from cryptography.hazmat.primitives import serialization
from google.auth import jwt
from google.auth.transport.grpc import AuthMetadataPlugin
from google.cloud import kms
from google.cloud.kms_v1.services.key_management_service.transports import KeyManagementServiceGrpcTransport

endpoint, ca, credentials, name = sys.argv[1:5]
signed = jwt.Credentials.from_service_account_file(credentials, audience='https://cloudkms.googleapis.com/')
channel = grpc.secure_channel(endpoint, grpc.composite_channel_credentials(
    grpc.ssl_channel_credentials(open(ca, 'rb').read()),
    grpc.metadata_call_credentials(AuthMetadataPlugin(signed, None))))
client = kms.KeyManagementServiceClient(transport=KeyManagementServiceGrpcTransport(channel=channel))
key = client.get_crypto_key(request={'name': name})
all = list(client.list_crypto_key_versions(request={'parent': name}))
isPair = key.purpose.name.startswith('ASYMMETRIC')
half = serialization.load_pem_public_key(client.get_public_key(request={'name': all[0].name}).pem.encode()) if isPair else None
print(json.dumps({
    'purpose': key.purpose.name, 'labels': sorted(key.labels), 'importOnly': key.import_only,
    'destroyDays': key.destroy_scheduled_duration.total_seconds() // 86400,
    'versions': [[one.name.rsplit('/', 1)[1], one.state.name, one.algorithm.name, one.protection_level.name] for one in all],
    'bits': half and half.key_size, 'n': half and format(half.public_numbers().n, 'x')}))
