"""Who may use a key at Google, as Google's own client says it: role and member, one a line.

    bound.py ENDPOINT RING CA CREDENTIALS KEY
"""
import sys

import grpc
from google.auth import jwt
from google.auth.transport.grpc import AuthMetadataPlugin
from google.cloud import kms
from google.cloud.kms_v1.services.key_management_service.transports import KeyManagementServiceGrpcTransport

endpoint, ring, ca, credentials, key = sys.argv[1:]
signed = jwt.Credentials.from_service_account_file(credentials, audience='https://cloudkms.googleapis.com/')
channel = grpc.secure_channel(endpoint, grpc.composite_channel_credentials(
    grpc.ssl_channel_credentials(open(ca, 'rb').read()),
    grpc.metadata_call_credentials(AuthMetadataPlugin(signed, None))))
client = kms.KeyManagementServiceClient(transport=KeyManagementServiceGrpcTransport(channel=channel))
policy = client.get_iam_policy(request={'resource': ring + '/cryptoKeys/' + key})
for binding in policy.bindings:
    for member in binding.members:
        print(binding.role, member)
