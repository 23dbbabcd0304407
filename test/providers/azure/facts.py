"""What Microsoft's client for Python says of a key: facts.py VAULT TOKEN-FILE CA KEY. Prints one JSON object."""
import json, sys, time
from azure.core.credentials import AccessToken
from azure.keyvault.keys import KeyClient

vault, token, ca, name = sys.argv[1:5]


class Token:
    def get_token(self, *scopes, **more):
        return AccessToken(open(token).read().strip(), int(time.time()) + 600)


client = KeyClient(vault_url=vault, credential=Token(), verify_challenge_resource=False, connection_verify=ca)
key = client.get_key(name)
print(json.dumps({
    'type': key.key_type.value, 'operations': sorted(key.key_operations), 'bits': len(key.key.n) * 8, 'n': key.key.n.hex(),
    'enabled': key.properties.enabled, 'exportable': key.properties.exportable, 'version': key.properties.version,
    'tags': sorted(key.properties.tags), 'versions': len(list(client.list_properties_of_key_versions(name)))}))
