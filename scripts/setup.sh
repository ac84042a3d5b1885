# What ./scripts/up and ./scripts/test need before anything of Sluice can run. Sourced by both, in the checkout's
# folder; every step is quick when there is nothing to do, and tells on standard error what it does.

say() { printf '%s\n' "$*" >&2; }

give_up() {
  say "sluice: $*"
  exit 2
}

need_node() {
  command -v node > /dev/null || give_up 'expected Node.js 20.19 or newer on PATH, found none; see https://nodejs.org'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    give_up "expected Node.js 20.19 or newer, found $(node --version)"
}

# The packages of package-lock.json; a stamp beside them tells which lock file they came from.
install_packages() {
  lock=$(cksum < package-lock.json)
  [ "$(cat node_modules/.sluice-installed 2> /dev/null)" != "$lock" ] || return 0
  command -v npm > /dev/null || give_up 'expected npm on PATH beside node, found none'
  say 'Installing the npm packages of package-lock.json; the first time this takes a minute ...'
  # None of the packages needs its install script.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || give_up 'npm ci failed, see above'
  printf '%s\n' "$lock" > node_modules/.sluice-installed
}

# A redis-server or valkey-server, from the system's package manager when there is none.
install_redis() {
  if command -v redis-server > /dev/null || command -v valkey-server > /dev/null; then return; fi
  if command -v apt-get > /dev/null; then
    install_redis_by_apt
  elif command -v brew > /dev/null; then
    say 'Installing Redis: brew install redis ...'
    brew install --quiet redis >&2 || give_up 'brew install redis failed, see above'
  else
    give_up "expected redis-server or valkey-server on PATH, found neither; $(how_to_install_redis)"
  fi
  command -v redis-server > /dev/null || command -v valkey-server > /dev/null ||
    give_up 'Redis was installed, and neither redis-server nor valkey-server is on PATH; is its folder missing there?'
}

how_to_install_redis() {
  if command -v dnf > /dev/null; then
    echo 'type: sudo dnf install valkey'
  elif command -v apk > /dev/null; then
    echo 'type: apk add valkey'
  elif command -v pacman > /dev/null; then
    echo 'type: sudo pacman -S valkey'
  elif command -v zypper > /dev/null; then
    echo 'type: sudo zypper install redis'
  elif [ "$(uname)" = Darwin ]; then
    echo 'install Homebrew (https://brew.sh), then type: brew install redis'
  else
    echo 'install Redis 7 or newer, or set REDIS_URL'
  fi
}

install_redis_by_apt() {
  sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo > /dev/null && sudo -n true 2> /dev/null ||
      give_up 'expected redis-server on PATH, found none; type: sudo apt-get install redis-server'
    sudo='sudo -n'
  fi
  say "Installing Redis: ${sudo:+sudo }apt-get install redis-server; its system service stays off ..."
  # The package starts a server on port 6379 unless policy-rc.d forbids it, and nobody asked for that one.
  policy=/usr/sbin/policy-rc.d
  forbidden=
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy > /dev/null
    $sudo chmod 755 $policy
    forbidden=yes
    trap '$sudo rm -f $policy' EXIT
  fi
  log=$(mktemp)
  done=
  for attempt in listed updated; do
    [ $attempt = updated ] && { $sudo apt-get update -qq > "$log" 2>&1 || true; }
    if $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >> "$log" 2>&1; then
      done=yes
      break
    fi
  done
  if [ -n "$forbidden" ]; then
    $sudo rm -f $policy
    trap - EXIT
    if command -v systemctl > /dev/null; then $sudo systemctl disable redis-server > /dev/null 2>&1 || true; fi
  fi
  if [ -z "$done" ]; then
    cat "$log" >&2
    rm -f "$log"
    give_up 'apt-get install redis-server failed, see above'
  fi
  rm -f "$log"
}

# Compiles when a source is newer than the last build, and takes away what deleted sources left behind.
build() {
  sources=(lib lua actors simulator scripts test tsconfig.json package-lock.json)
  # A folder's time changes when a file in it comes or goes.
  if [ -e dist/.built ]; then
    newer=$(find "${sources[@]}" \( -name '*.ts' -o -name '*.json' -o -type d \) -newer dist/.built | head -n 1)
    [ -n "$newer" ] || return 0
  fi
  say 'Building ...'
  mkdir -p dist
  # Stamped with the time before, so that a source that is saved meanwhile counts as newer.
  touch dist/.building
  npm run -s build >&2 || give_up 'the build failed, see above'
  find dist -path dist/packed -prune -o -name '*.js' -print | while read -r compiled; do
    source=${compiled#dist/}
    [ -e "${source%.js}.ts" ] || rm -f "$compiled" "$compiled.map"
  done
  mv dist/.building dist/.built
}
