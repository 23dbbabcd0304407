"""Signs with many keys and one process: an ssh-agent of its own, which ends with this one.

ssh-keygen and openssl sign as well, and each signature of theirs is a process: thousands of attacks need hundreds of thousands."""
import atexit
import os
import socket
import struct
import subprocess
import time


def wire(*parts):
    return b''.join(struct.pack('>I', len(part)) + part for part in parts)


class Agent:
    """The protocol is that of draft-ietf-sshm-ssh-agent, section 3: one request, one answer."""

    def __init__(self, folder):
        path = os.path.join(folder, 'agent')
        self.process = subprocess.Popen(['ssh-agent', '-D', '-a', path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.process.kill)
        self.path, self.socket = path, socket.socket(socket.AF_UNIX)
        for _ in range(3000):
            try:  # the name is there before anybody listens
                return self.socket.connect(path)
            except OSError:
                time.sleep(0.01)
        raise RuntimeError('ssh-agent does not begin')

    def ask(self, *parts):
        request = b''.join(parts)
        self.socket.sendall(struct.pack('>I', len(request)) + request)
        return self.read(struct.unpack('>I', self.read(4))[0])

    def read(self, size):
        found = b''
        while len(found) < size:
            more = self.socket.recv(size - len(found))
            assert more, 'the agent has gone'
            found += more
        return found

    def add_files(self, folder, names):
        subprocess.run(['ssh-add', '-q', *names], cwd=folder, env={**os.environ, 'SSH_AUTH_SOCK': self.path}, check=True,
                       stderr=subprocess.DEVNULL)

    def add_ed25519(self, seed, public):
        assert self.ask(b'\x11', wire(b'ssh-ed25519', public, seed + public, b'')) == b'\6'

    def sign(self, public, message):
        """The signature as SSH writes it: its algorithm, and its bytes; of RSA with SHA-512."""
        said = self.ask(b'\x0d', wire(public, message), struct.pack('>I', 4))
        assert said[:1] == b'\x0e', 'the agent does not sign'
        return said[5:]
