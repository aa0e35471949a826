# Read by ./run when something is missing: says what it fetches, fetches it, and writes a stamp last, so that a broken-off set-up heals.
# Everything goes to stderr: stdout belongs to the command that was asked for.

log=$cache/setup.log

say() { printf '%s\n' "$*" >&2; }

give_up() { # WHAT NEXT: what failed, and what to do about it
  say "run: $1"
  say "     $2"
  exit 2
}

set_up() { # THING...
  space=0
  for thing in "$@"; do "has_$thing" || "can_have_$thing"; done
  free=$(df -Pk "$here" | awk 'NR == 2 { print int($4 / 1024) }')
  [ "$free" -ge "$space" ] || give_up "The set-up needs $space MB in $here, and $free MB are free" 'Free some space, then run the same command again. Nothing was downloaded.'
  mkdir -p "$cache" 2>/dev/null && : 2>/dev/null >"$cache/lock" || give_up "Cannot write in $cache" 'Free space there, or make the folder yours: everything is kept inside it.'
  ticker=''
  trap 'stop_ticker' EXIT
  trap 'say; say "run: interrupted; the next ./run goes on from here"; exit 130' INT TERM HUP
  lock
  total=0
  for thing in "$@"; do "has_$thing" || total=$((total + 1)); done
  step=0
  for thing in "$@"; do
    "has_$thing" || "get_$thing"
    "has_$thing" || give_up "$thing was set up and is still not there" "See $log; delete $cache and try again."
  done
  exec 9>&-
  trap - EXIT INT TERM HUP
}

# One set-up at a time. The kernel drops the lock when the last process of a set-up is gone, so there is no stale one to find. npm and apt
# keep it through fd 9: a set-up whose shell was killed is waited for until they have ended. Where there is no flock (macOS) nothing guards.
lock() {
  exec 9>"$cache/lock"
  command -v flock >/dev/null || return 0
  flock -n 9 && return
  say 'Another ./run is setting up here; waiting for it'
  start_ticker
  flock 9
  stop_ticker
  say ' done'
}

start_ticker() {
  (while sleep 2 </dev/null >/dev/null 2>&1 9>&- && kill -0 $$; do printf '.'; done) >&2 2>/dev/null 9>&- &
  ticker=$!
}

stop_ticker() {
  [ -n "$ticker" ] || return 0
  kill "$ticker" 2>/dev/null || :
  wait "$ticker" 2>/dev/null || :
  ticker=''
}

work() { # TITLE COMMAND...: one step; its output goes to the log, a dot appears every two seconds
  step=$((step + 1))
  printf '[%d/%d] %s ' "$step" "$total" "$1" >&2
  shift
  began=$(date +%s)
  start_ticker
  status=0
  ("$@") >"$log" 2>&1 || status=$? # in a shell of its own, so that an interrupt is told here and not in the log
  stop_ticker
  if [ "$status" -eq 0 ]; then
    say " $(($(date +%s) - began)) s"
    return 0
  fi
  say ' failed'
  return "$status"
}

explain() { # WHAT: ends with the log's last lines and the repair
  tail -n 12 "$log" | sed 's/^/     | /' >&2
  case $(cat "$log") in
    *ENOSPC* | *'No space left'*) next='The disk is full. Free some space and run the same command again.' ;;
    *EUSAGE*) next='The lock file does not fit package.json: run "npm install --ignore-scripts" in that folder and commit the lock file.' ;;
    *EACCES* | *EPERM* | *EROFS* | *'Permission denied'*) next="A file cannot be written. Make $here yours (chown), then run the same command again." ;;
    *ENOTFOUND* | *EAI_AGAIN* | *ECONNREFUSED* | *ECONNRESET* | *ETIMEDOUT* | *ENETUNREACH* | *ERR_SOCKET_TIMEOUT*)
      next='The npm registry does not answer. Check the network, a proxy (HTTPS_PROXY) and "npm config get registry", then run the same command again.'
      ;;
    *SELF_SIGNED_CERT* | *UNABLE_TO_*)
      next='The certificate of the npm registry is not trusted: name your authority in NODE_EXTRA_CA_CERTS, then run the same command again.'
      ;;
    *E404* | *ETARGET*) next='The npm registry lacks a package of the lock file: check "npm config get registry".' ;;
    *) next='Run the same command again; it goes on from here. Where npm names no reason: is the network there, and is the disk not full?' ;;
  esac
  give_up "$1" "$next (whole output: $log)"
}

# --- Node and packages, from npm ---

# It runs on the new Node where that is there already: an older one makes npm leave out packages that it could not run itself.
npm_ci() { # FOLDER LOGLEVEL
  rm -f "$1/node_modules/.set-up"
  (
    cd "$1" || exit
    # npm trusts what the machine trusts, and keeps everything in this folder
    export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" npm_config_cache="$cache/npm" npm_config_update_notifier=false
    # no scripts: none is needed here; --include: also where NODE_ENV=production or an npmrc says otherwise
    npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund --no-engine-strict --loglevel="$2" \
      --fetch-retry-mintimeout=2000 --fetch-retry-maxtimeout=10000
  ) || return
  stamp "$1" >"$1/node_modules/.set-up"
}

can_have_npm() { # MEGABYTES that will be written
  space=$((space + $1))
  command -v npm >/dev/null || give_up 'npm is not installed' 'Install Node with npm (Debian and Ubuntu: apt install nodejs npm), then run the same command again.'
}

can_have_node() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-aarch64) can_have_npm 300 ;;
    *) give_up "Node >= 22.19 is needed, and none for $(uname -s) on $(uname -m) comes from npm" 'Install it (nodejs.org, nvm or brew), then run the same command again.' ;;
  esac
}

get_node() {
  # It says why on the level verbose alone: for npm, a package for one platform may be left out without failing.
  work 'Node 24 from npm (60 MB, the machine has none >= 22.19)' npm_ci_node || explain 'Node could not be installed'
  has_node || give_up 'The Node from npm does not run on this machine' 'It needs glibc >= 2.28 on x64 or arm64. Install Node >= 22.19 yourself.'
}
npm_ci_node() { npm_ci "$here/tools/node" verbose && [ -n "$(find "$here/tools/node/node_modules" -path '*/bin/node')" ]; }

can_have_packages() { can_have_npm 500; }
get_packages() { work 'packages of the lock file (about 20 s)' npm_ci "$here" error || explain 'The packages could not be installed'; }

can_have_browser() { can_have_npm 200; }
get_browser() { work 'a headless browser for the tests of the page (70 MB)' npm_ci "$here/tools/browser" error || explain 'The browser could not be installed'; }

can_have_bundle() { :; }
get_bundle() { work 'bundle of the product' node --disable-warning=ExperimentalWarning "$here/tools/build.ts" || explain_bundle; }

explain_bundle() {
  sed 's/^/     | /' "$log" >&2
  give_up 'The product could not be built' 'Mend what is named above; "./run check" tells the rest.'
}

# --- a Redis server, unpacked from the distribution's packages without root ---

can_have_redis() { can_have_redis_server; }
can_have_redis_server() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && return
  give_up 'No Redis server can be had: none is on PATH, and this is not Debian or Ubuntu' \
    'Install redis-server or valkey-server, or set REDIS_URL (redis://host:port) for the demo; the tests need the program itself. Nothing was downloaded.'
}

get_redis() { get_redis_server; }
get_redis_server() { work 'a Redis server from the distribution (2 MB, without root)' unpack_redis || explain_redis; }

explain_redis() {
  tail -n 12 "$log" | sed 's/^/     | /' >&2
  give_up 'A Redis server could not be fetched with apt-get' "Check the network and /etc/apt/sources.list, install redis-server, or set REDIS_URL for the demo. (whole output: $log)"
}

unpack_redis() {
  new=$cache/redis.new
  rm -rf "$new"
  mkdir -p "$new/debs" "$cache/apt/state/lists/partial" "$cache/apt/cache/archives/partial" || return
  apt_lists=machine
  if ! download_redis "$new/debs"; then
    echo "The machine's package lists are missing or old: fetching lists of our own"
    apt_lists=own
    apt update || : # one repository of several may be away; the download shows whether it mattered
    download_redis "$new/debs" || return
  fi
  for deb in "$new"/debs/*.deb; do dpkg-deb -x "$deb" "$new" || return; done
  cp "$here/tools/redis-server.sh" "$new/redis-server" || return
  chmod +x "$new/redis-server"
  "$new/redis-server" --version || return
  rm -rf "$new/debs" "$new/usr/share" "$cache/redis" && mv "$new" "$cache/redis"
  rm -rf "$cache/apt"
}

download_redis() { # FOLDER: the server with those libraries that this machine lacks
  missing=$(apt -s --no-install-recommends install redis-server | awk '$1 == "Inst" { print $2 }')
  [ -n "$missing" ] || return 1
  # shellcheck disable=SC2086 # a list of names
  (cd "$1" && apt download $missing)
}

apt() {
  if [ "$apt_lists" = own ]; then
    set -- -o Dir::State="$cache/apt/state" -o Dir::State::status=/var/lib/dpkg/status "$@"
  fi
  apt-get -q -o Dir::Cache="$cache/apt/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::Languages=none "$@" </dev/null
}
