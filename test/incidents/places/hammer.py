"""The vendors' own clients use one key as fast as they can, until they are ended. One line of JSON for each try.

    hammer.py aws ENDPOINT REGION KEY PURPOSE | azure VAULT TOKEN-FILE CA KEY PURPOSE | google ENDPOINT RING CA CREDENTIALS VERSION PURPOSE
"""
import datetime, hashlib, json, sys, time

digest = hashlib.sha256(b'message').digest()


def aws(endpoint, region, key, purpose):
    import boto3
    from botocore.config import Config
    kms = boto3.client('kms', endpoint_url=endpoint, region_name=region, config=Config(retries={'total_max_attempts': 1}))
    if purpose == 'sign':
        return lambda: kms.sign(KeyId=key, Message=digest, MessageType='DIGEST', SigningAlgorithm='ECDSA_SHA_256')
    if purpose == 'mac':
        return lambda: kms.generate_mac(KeyId=key, Message=digest, MacAlgorithm='HMAC_SHA_256')
    return lambda: kms.encrypt(KeyId=key, Plaintext=b'text')


def azure(vault, token, ca, key, purpose):
    from azure.core.credentials import AccessToken
    from azure.keyvault.keys.crypto import CryptographyClient

    class Token:
        def get_token(self, *scopes, **more):
            return AccessToken(open(token).read().strip(), int(datetime.datetime.now().timestamp()) + 600)

    client = CryptographyClient(vault + '/keys/' + key, credential=Token(), verify_challenge_resource=False,
                                connection_verify=ca, retry_total=0)
    if purpose == 'sign':
        return lambda: client.sign('ES256', digest)
    if purpose == 'wrap':
        return lambda: client.wrap_key('A256KW', digest)
    return lambda: client.encrypt('A256GCM', b'text')


def google(endpoint, ring, ca, credentials, version, purpose):
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
    name = ring + '/cryptoKeys/' + version
    if purpose == 'sign':
        return lambda: client.asymmetric_sign(request={'name': name, 'digest': {'sha256': digest}}, retry=None)
    if purpose == 'mac':
        return lambda: client.mac_sign(request={'name': name, 'data': digest}, retry=None)
    return lambda: client.encrypt(request={'name': name, 'plaintext': b'text'}, retry=None)


use = {'aws': aws, 'azure': azure, 'google': google}[sys.argv[1]](*sys.argv[2:])
while True:
    start = time.time()
    try:
        use()
        ok, said = True, ''
    except Exception as error:
        ok, said = False, '%s %s' % (type(error).__name__, str(error)[:200])
    print(json.dumps({'start': int(start * 1000), 'ok': ok, 'said': said}), flush=True)
    time.sleep(0.01)
