# Read by bin/keyrite and bin/setup, which have set $root: is this checkout set up, and is what is set up still current?
# It runs at every start, so it asks for dates only, and starts one process (find).
# Remembered in .tools/state: `node` (the absolute path of the Node to use), and the marks `installed` and `built`,
# dated when that step began, so that whatever changes during a step counts as newer.

state=$root/.tools/state

# What would put another program's code into this one (preloaded modules and flags, module folders, a REPL, compiled
# code, modules of OpenSSL), write what it ran to files (coverage, warnings), print what passes through it (NODE_DEBUG),
# or let it take any server for the one that it asked for.
unset NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE NODE_COMPILE_CACHE NODE_V8_COVERAGE NODE_DEBUG
unset OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES NODE_DEBUG_NATIVE NODE_REDIRECT_WARNINGS NODE_TLS_REJECT_UNAUTHORIZED

# Sets $node.
node_ready() {
  [ -f "$state/node" ] && read -r node <"$state/node" && [ -x "$node" ] || return 1
  # Replaced since then, or another one pinned since then: it has to be looked at again.
  ! [ "$node" -nt "$state/node" ] && ! [ "$root/.tools/package-lock.json" -nt "$state/node" ]
}

packages_ready() {
  [ -f "$state/installed" ] && [ -f "$root/node_modules/.package-lock.json" ] || return 1
  ! [ "$root/package-lock.json" -nt "$state/installed" ] && ! [ "$root/.npmrc" -nt "$state/installed" ]
}

build_ready() {
  [ -f "$state/built" ] && [ -f "$root/dist/files.sha256" ] && [ -f "$root/oclif.manifest.json" ] || return 1
  ! [ "$state/installed" -nt "$state/built" ] || return 1
  [ ! -d "$root/src" ] || [ -z "$(sources -newer "$state/built")" ]
}

# Finds in all that the build reads. In folders too: they are newer when a file was taken away.
sources() {
  find "$root/src" "$root/build" "$root/bin/run.js" "$root/ceremony-templates" "$root/package.json" "$root/tsconfig.json" \
    "$@" 2>/dev/null
}
