"""Microsoft's own clients for Python ask the stand-in, and check with `cryptography` what it answers. Prints one JSON object.

    client.py VAULT TOKEN-FILE CA vault|hsm
"""
import datetime, hashlib, json, sys
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.keyvault.administration import (KeyVaultAccessControlClient, KeyVaultBackupClient, KeyVaultPermission,
                                           KeyVaultDataAction, KeyVaultSettingsClient)
from azure.keyvault.keys import KeyClient, KeyReleasePolicy, KeyRotationLifetimeAction, KeyRotationPolicy
from azure.keyvault.keys.crypto import CryptographyClient, EncryptionAlgorithm
from azure.keyvault.securitydomain import SecurityDomainClient
from azure.keyvault.securitydomain.models import CertificateInfo, SecurityDomainJsonWebKey
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.x509.oid import NameOID
import base64

vault, token, ca, kind = sys.argv[1:5]
hsm = kind == 'hsm'


class Token:
    def get_token(self, *scopes, **more):
        return AccessToken(open(token).read().strip(), int(datetime.datetime.now().timestamp()) + 600)


common = {'credential': Token(), 'verify_challenge_resource': False, 'connection_verify': ca, 'retry_total': 0}
client = KeyClient(vault_url=vault, **common)
said = {}


def refused(name, call):
    try:
        call()
        said[name] = 'ok'
    except HttpResponseError as error:
        said[name] = [error.status_code, error.error.code if error.error else None,
                      error.error.innererror.get('code') if error.error and error.error.innererror else None]


def crypto(key):
    return CryptographyClient(key, **common)


def remotely(key):
    """The service is asked: the client would do some of it here."""
    return CryptographyClient(key.id, **common)


key = client.create_ec_key('py-ec', curve='P-256', hardware_protected=hsm)
said['made'] = [key.key_type.value, sorted(key.key_operations), key.properties.enabled, key.properties.recovery_level,
                key.properties.recoverable_days, key.properties.hsm_platform]
digest = hashlib.sha256(b'message').digest()
signed = remotely(key).sign('ES256', digest).signature
half = ec.EllipticCurvePublicNumbers(int.from_bytes(key.key.x, 'big'), int.from_bytes(key.key.y, 'big'), ec.SECP256R1()).public_key()
half.verify(utils.encode_dss_signature(int.from_bytes(signed[:32], 'big'), int.from_bytes(signed[32:], 'big')),
            digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
said['ecdsa'] = 'verified'
pair = client.create_rsa_key('py-rsa', size=2048, hardware_protected=hsm)
sealed = crypto(pair).encrypt(EncryptionAlgorithm.rsa_oaep_256, b'text')
said['opened'] = remotely(pair).decrypt('RSA-OAEP-256', sealed.ciphertext).plaintext.decode()
refused('no ciphertext', lambda: remotely(pair).decrypt('RSA-OAEP-256', b'nothing'))
said['second version'] = client.create_rsa_key('py-rsa', hardware_protected=hsm).id != pair.id
said['versions'] = len(list(client.list_properties_of_key_versions('py-rsa', max_page_size=1)))

# States.
client.update_key_properties('py-ec', enabled=False)
refused('disabled', lambda: remotely(key).sign('ES256', digest))
client.update_key_properties('py-ec', enabled=True, key_operations=['verify'])
refused('not its operation', lambda: remotely(key).sign('ES256', digest))
now = datetime.datetime.now(datetime.timezone.utc)
old = client.create_ec_key('py-old', curve='P-256', hardware_protected=hsm, expires_on=now - datetime.timedelta(days=1))
said['dates'] = [old.properties.expires_on < now, old.properties.not_before]
refused('expired', lambda: remotely(old).sign('ES256', digest))
refused('unknown', lambda: client.get_key('nothing'))
policy = client.update_key_rotation_policy('py-rsa', KeyRotationPolicy(
    lifetime_actions=[KeyRotationLifetimeAction('Rotate', time_before_expiry='P30D')], expires_in='P90D'))
said['policy'] = [[one.action.value if hasattr(one.action, 'value') else one.action, one.time_before_expiry] for one in policy.lifetime_actions] + [policy.expires_in]
said['rotated'] = client.rotate_key('py-rsa').properties.expires_on is not None
refused('exportable alone', lambda: client.create_rsa_key('py-out', hardware_protected=True, exportable=True))
released = client.create_rsa_key('py-out', hardware_protected=True, exportable=True, key_operations=['sign', 'verify'],
                                 release_policy=KeyReleasePolicy(b'{"version":"1.0.0","anyOf":[]}', immutable=True))
said['release policy'] = [released.properties.exportable, json.loads(released.properties.release_policy.encoded_policy)]

# Backups of one key, deletion.
blob = client.backup_key('py-ec')
refused('restored over it', lambda: client.restore_key_backup(blob))
refused('no backup', lambda: client.restore_key_backup(b'nothing'))
gone = client.begin_delete_key('py-ec').result()
said['deleted'] = (gone.scheduled_purge_date - gone.deleted_date).days
refused('name taken', lambda: client.create_ec_key('py-ec', hardware_protected=hsm))
refused('purge', lambda: client.purge_deleted_key('py-ec'))
said['recovered'] = client.begin_recover_deleted_key('py-ec').result().id == key.id

if hsm:
    said['random'] = len(client.get_random_bytes(count=32))
    said['attestation'] = client.get_key_attestation('py-rsa').properties.attestation.public_key_attestation is not None
    aes = client.create_oct_key('py-aes', size=256, hardware_protected=True)
    box = CryptographyClient(aes.id, **common)
    shut = box.encrypt('A256GCM', b'text', additional_authenticated_data=b'about')
    said['aes'] = box.decrypt('A256GCM', shut.ciphertext, iv=shut.iv, authentication_tag=shut.tag,
                              additional_authenticated_data=b'about').plaintext.decode()
    settings = KeyVaultSettingsClient(vault, **common)
    said['settings'] = [[one.name, one.getboolean()] for one in settings.list_settings()]
    access = KeyVaultAccessControlClient(vault, **common)
    role = access.set_role_definition('/', role_name='py-signer', permissions=[KeyVaultPermission(data_actions=[KeyVaultDataAction.SIGN_HSM_KEY])])
    given = access.create_role_assignment('/keys/py-rsa', role.id, '00000000-0000-0000-0000-000000000007')
    said['assigned'] = [one.properties.scope for one in access.list_role_assignments('/keys/py-rsa') if one.name == given.name]
    said['elsewhere'] = [one.name for one in access.list_role_assignments('/keys/py-aes')]
    backup = KeyVaultBackupClient(vault, **common)
    done = backup.begin_backup('https://standin.invalid/backups', sas_token='sig=x').result()
    backup.begin_restore(done.folder_url, sas_token='sig=x', key_name='py-rsa').wait()
    backup.begin_restore(done.folder_url, sas_token='sig=x').wait()
    said['backed up'] = done.folder_url.startswith('https://standin.invalid/backups/mhsm-')
    refused('bad token', lambda: backup.begin_backup('https://standin.invalid/backups', sas_token='nothing').result())
    now = datetime.datetime.now(datetime.timezone.utc)

    def holder(n):
        own = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f'holder {n}')])
        cert = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(own.public_key()).serial_number(n + 1) \
            .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(own, hashes.SHA256())
        der = cert.public_bytes(serialization.Encoding.DER)
        number = lambda value: base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, 'big')).decode().rstrip('=')
        return SecurityDomainJsonWebKey(kid=f'holder {n}', kty='RSA', key_ops=['encrypt', 'wrapKey'], alg='RSA-OAEP-256',
                                        n=number(own.public_key().public_numbers().n), e='AQAB',
                                        x5_c=[base64.b64encode(der).decode()],
                                        x5_t_s256=base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip('='))

    domain = SecurityDomainClient(vault, **common)
    taken = domain.begin_download(CertificateInfo(certificates=[holder(n) for n in range(3)], required=2)).result()
    said['security domain'] = json.loads(taken.value)['SharedKeys']['required']
    refused('too few holders', lambda: domain.begin_download(CertificateInfo(certificates=[holder(9)], required=2)).result())
print(json.dumps(said))
