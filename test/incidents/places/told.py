"""The vendors' own clients say what a key is, in the words of its service. One line.

    told.py aws ENDPOINT REGION KEY | azure VAULT TOKEN-FILE CA KEY/VERSION | google ENDPOINT CA CREDENTIALS VERSION
"""
import datetime, sys


def aws(endpoint, region, key):
    import boto3
    kms = boto3.client('kms', endpoint_url=endpoint, region_name=region)
    try:
        return kms.describe_key(KeyId=key)['KeyMetadata']['KeyState']
    except kms.exceptions.NotFoundException:
        return 'gone'


def azure(vault, token, ca, key):
    from azure.core.credentials import AccessToken
    from azure.core.exceptions import ResourceNotFoundError
    from azure.keyvault.keys import KeyClient

    class Token:
        def get_token(self, *scopes, **more):
            return AccessToken(open(token).read().strip(), int(datetime.datetime.now().timestamp()) + 600)

    client = KeyClient(vault, credential=Token(), verify_challenge_resource=False, connection_verify=ca, retry_total=0)
    name, version = key.split('/')
    try:
        found = client.get_key(name, version)
        allowed = ','.join(sorted(one if isinstance(one, str) else one.value for one in found.key_operations))
        return ('enabled ' if found.properties.enabled else 'disabled ') + allowed
    except ResourceNotFoundError:
        pass
    try:
        return 'deleted' if client.get_deleted_key(name) else 'gone'
    except ResourceNotFoundError:
        return 'gone'


def google(endpoint, ca, credentials, version):
    import grpc
    from google.auth import jwt
    from google.auth.transport.grpc import AuthMetadataPlugin
    from google.cloud import kms
    from google.cloud.kms_v1.services.key_management_service.transports import KeyManagementServiceGrpcTransport
    signed = jwt.Credentials.from_service_account_file(credentials, audience='https://cloudkms.googleapis.com/')
    channel = grpc.secure_channel(endpoint, grpc.composite_channel_credentials(
        grpc.ssl_channel_credentials(open(ca, 'rb').read()),
        grpc.metadata_call_credentials(AuthMetadataPlugin(signed, None))))
    client = kms.KeyManagementServiceClient(transport=KeyManagementServiceGrpcTransport(channel=channel))
    return client.get_crypto_key_version(request={'name': version}).state.name


print({'aws': aws, 'azure': azure, 'google': google}[sys.argv[1]](*sys.argv[2:]))
